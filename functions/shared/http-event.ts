/** What API Gateway's HTTP API hands over (payload 2.0), as far as the functions read it, and what it takes back. */
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

export interface HttpEvent {
  rawPath: string;
  rawQueryString?: string;
  /** Lower-case names; the gateway joins repeated headers with commas. */
  headers?: Record<string, string | undefined>;
  /** Percent-decoded by the gateway. */
  pathParameters?: Record<string, string | undefined>;
  body?: string | null;
  isBase64Encoded?: boolean;
  requestContext: {
    requestId?: string;
    authorizer?: { lambda?: Readonly<Record<string, unknown>> | null };
  };
}

export interface HttpResult extends APIGatewayProxyStructuredResultV2 {
  statusCode: number;
  headers: Record<string, string>;
}

export const headerOf = (event: HttpEvent, name: string): string | undefined => event.headers?.[name];
