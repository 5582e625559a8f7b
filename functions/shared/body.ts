/** The body of a request: JSON in UTF-8 of at most 3 MB, whichever way the gateway hands it over. */
import { AurenError } from '@auren/memory/errors.ts';
import { BODY_BYTES_MAX } from '../routes.ts';
import { type HttpEvent, headerOf } from './http-event.ts';

const tooLarge = () =>
  new AurenError('too_large', `The body exceeds ${BODY_BYTES_MAX} bytes: send it in several requests.`);

const malformed = (message: string, cause?: unknown) => new AurenError('malformed_json', message, { cause });

const utf8 = new TextDecoder('utf-8', { fatal: true });

function textOf(event: HttpEvent): string {
  const body = event.body ?? '';
  if (event.isBase64Encoded !== true) {
    if (Buffer.byteLength(body) > BODY_BYTES_MAX) throw tooLarge();
    return body.startsWith('\uFEFF') ? body.slice(1) : body;
  }
  const bytes = Buffer.from(body, 'base64');
  if (bytes.length > BODY_BYTES_MAX) throw tooLarge();
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw malformed('The body is not UTF-8.', cause);
  }
}

/** `application/json` or a type that ends in `+json`, in UTF-8 if it names a character set. */
function isJson(contentType: string | undefined): boolean {
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';');
  if (!/^application\/(json|[\w.-]+\+json)$/.test(type.trim())) return false;
  return parameters.every((parameter) => !/^\s*charset=(?!"?utf-?8"?\s*$)/.test(parameter));
}

export const hasBody = (event: HttpEvent): boolean => (event.body ?? '') !== '';

/** The body's JSON value. Throws `malformed_json`, `too_large` or `unsupported_media_type`. */
export function jsonBody(event: HttpEvent): unknown {
  const text = textOf(event);
  if (text.trim() === '') throw malformed('This operation needs a JSON body.');
  if (!isJson(headerOf(event, 'content-type'))) {
    throw new AurenError('unsupported_media_type', 'Send the body with "Content-Type: application/json", in UTF-8.');
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The parser's own message quotes the body.
    throw malformed('The body is not valid JSON.', cause);
  }
}
