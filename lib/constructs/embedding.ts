/**
 * What a function needs to embed text: the layer with the model's runtime, or the right to call the model on Bedrock. The layer
 * has 46 MB unzipped (31 MB zipped) of the 250 MB that a function with its layers may have; it is built in under a second.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AssetHashType, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, type Function as LambdaFunction, LayerVersion, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { EmbeddingModelName } from '../settings.ts';

const BEDROCK = 'bedrock:';
const LAYER = 'layers/embedding';
/** Models whose weights are fetched, and a file that is there once they are. */
const FETCHED: Partial<Record<EmbeddingModelName, string>> = {
  'all-MiniLM-L6-v2': 'models/all-MiniLM-L6-v2/model.onnx',
};

export interface EmbeddingProps {
  root: string;
  model: EmbeddingModelName;
}

export class Embedding extends Construct {
  readonly #model: EmbeddingModelName;
  readonly #layer: LayerVersion | undefined;

  constructor(scope: Construct, id: string, { root, model }: EmbeddingProps) {
    super(scope, id);
    this.#model = model;
    if (model.startsWith(BEDROCK)) return;
    const weights = FETCHED[model];
    if (weights && !existsSync(join(root, LAYER, weights))) {
      throw new Error(`context key "embeddingModel" is ${model}, whose weights are not here: run npm run model:fetch`);
    }
    this.#layer = new LayerVersion(this, 'Layer', {
      description: 'Embedding models and their runtime',
      code: layerCode(join(root, LAYER)),
      compatibleRuntimes: [Runtime.NODEJS_24_X],
      compatibleArchitectures: [Architecture.ARM_64],
    });
  }

  bind(lambda: LambdaFunction): void {
    if (this.#layer) {
      lambda.addLayers(this.#layer);
      return;
    }
    const foundationModel = Stack.of(this).formatArn({
      service: 'bedrock',
      account: '',
      resource: 'foundation-model',
      resourceName: this.#model.slice(BEDROCK.length),
    });
    lambda.addToRolePolicy(new PolicyStatement({ actions: ['bedrock:InvokeModel'], resources: [foundationModel] }));
  }
}

/** Built by the layer's own script in a process of its own: bundling is synchronous, the script is not. No Docker. */
function layerCode(layer: string): Code {
  return Code.fromAsset(layer, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: Runtime.NODEJS_24_X.bundlingImage,
      local: {
        tryBundle(outputDir) {
          execFileSync(process.execPath, [join(layer, 'build-layer.ts'), outputDir], {
            stdio: ['ignore', 'ignore', 'inherit'],
          });
          return true;
        },
      },
    },
  });
}
