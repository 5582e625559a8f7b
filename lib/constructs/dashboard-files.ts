/** The dashboard's files as an asset: built by Vite when the template is made, from the sources of this commit. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { DockerImage } from 'aws-cdk-lib';
import { type ISource, Source } from 'aws-cdk-lib/aws-s3-deployment';

/** No container: the build needs nothing but the packages that are installed. */
const NEVER_USED = DockerImage.fromRegistry('scratch');

export function dashboardFiles(root: string): ISource {
  const build = (outDir: string): boolean => {
    const vite = join(root, 'node_modules/vite/bin/vite.js');
    const args = [vite, 'build', 'dashboard', '--outDir', outDir, '--emptyOutDir', '--logLevel', 'error'];
    execFileSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
    return true;
  };
  return Source.asset(join(root, 'dashboard'), {
    exclude: ['dist', 'screenshots'],
    bundling: { image: NEVER_USED, local: { tryBundle: build } },
  });
}
