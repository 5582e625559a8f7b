/** One invocation: the Lambda context and the function's own time limit. */
import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';
import type { Needs } from '../../functions/routes.ts';

/** Lambda's context without the callbacks of Node 0.10. */
export type LambdaContext = Omit<Context, 'done' | 'fail' | 'succeed'>;
export type LambdaHandler = (event: object, context: LambdaContext) => unknown;

/** The function ran longer than its row in the table allows. Lambda would have ended it; here it goes on unheard. */
export class FunctionTimeout extends Error {
  override readonly name = 'FunctionTimeout';
}

const ARN_PREFIX = 'arn:aws:lambda:local:000000000000:function:';
const logStreamName = `local/${process.pid}`;

export function invoke(ref: { name: string; needs: Needs }, handler: LambdaHandler, event: object): Promise<unknown> {
  const limitMs = ref.needs.timeoutSeconds * 1_000;
  const deadline = performance.now() + limitMs;
  const context: LambdaContext = {
    functionName: ref.name,
    functionVersion: '$LATEST',
    invokedFunctionArn: `${ARN_PREFIX}${ref.name}`,
    memoryLimitInMB: String(ref.needs.memoryMb),
    awsRequestId: randomUUID(),
    logGroupName: `/aws/lambda/${ref.name}`,
    logStreamName,
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(deadline - performance.now())),
  };
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new FunctionTimeout(`${ref.name} timed out after ${ref.needs.timeoutSeconds} s`)),
      limitMs,
    );
    const run = async () => handler(event, context);
    run()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
