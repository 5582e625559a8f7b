/** Puts the authorizer's question at `$connect` and reads its answer: a WebSocket API takes a policy, nothing simpler. */
import { z } from 'zod';
import { METHOD_ARN } from './socket-event.ts';

/** The context for the functions, or the status of the refusal. */
export type SocketVerdict = { readonly context: Record<string, string> } | { readonly refused: 401 | 403 };

const oneOrMore = z.union([z.string().transform((text) => [text]), z.array(z.string())]);
const Answer = z.object({
  principalId: z.string(),
  policyDocument: z.object({
    Statement: z.array(z.object({ Effect: z.enum(['Allow', 'Deny']), Action: oneOrMore, Resource: oneOrMore })),
  }),
  context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});
type Statement = z.output<typeof Answer>['policyDocument']['Statement'][number];

/** The one error that is an answer: API Gateway turns exactly this message into a 401. */
const UNAUTHORIZED = 'Unauthorized';

/** @throws what the authorizer throws, or an error for an answer that is none: API Gateway answers 500 to both */
export async function authorizeSocket(ask: () => Promise<unknown>): Promise<SocketVerdict> {
  let answer: unknown;
  try {
    answer = await ask();
  } catch (error) {
    if (error instanceof Error && error.message === UNAUTHORIZED) return { refused: 401 };
    throw error;
  }
  const { principalId, policyDocument, context = {} } = Answer.parse(answer);
  const covering = policyDocument.Statement.filter(covers);
  const isAllowed = covering.length > 0 && covering.every(({ Effect }) => Effect === 'Allow');
  if (!isAllowed) return { refused: 403 };
  const texts = Object.entries(context).map(([name, value]) => [name, String(value)]);
  return { context: { ...Object.fromEntries(texts), principalId } };
}

const covers = ({ Action, Resource }: Statement): boolean =>
  Action.some((action) => matches(action, 'execute-api:Invoke')) && Resource.some((arn) => matches(arn, METHOD_ARN));

/** With the wildcards of a policy: `*` any text, `?` any one character. */
function matches(pattern: string, text: string): boolean {
  const literal = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  const source = literal.replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(text);
}
