/** How every function is bundled: one tree-shaken ES module. Cold starts grow with its size, so it carries nothing else. */
import { type BundlingOptions, LogLevel, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';

/** CommonJS packages inside an ES module call `require` for Node's own modules. */
const REQUIRE = "import{createRequire as _cr}from'node:module';const require=_cr(import.meta.url);";

export const BUNDLING: BundlingOptions = {
  format: OutputFormat.ESM,
  target: 'node24',
  minify: true,
  // A map would be read at the first error of a cold start; stacks still name the operation.
  sourceMap: false,
  // The SDK that is bundled is the one that was tested, and starts faster than the runtime's.
  bundleAwsSDK: true,
  mainFields: ['module', 'main'],
  banner: REQUIRE,
  logLevel: LogLevel.WARNING,
};

const MIGRATIONS = 'layers/memory/migrations';

/** With the SQL files beside the module, where `migrate.ts` looks for them in the sources too. */
export const BUNDLING_WITH_MIGRATIONS: BundlingOptions = {
  ...BUNDLING,
  commandHooks: {
    beforeBundling: () => [],
    beforeInstall: () => [],
    afterBundling: (root, bundle) => [`cp "${root}/${MIGRATIONS}/"*.sql "${bundle}/"`],
  },
};
