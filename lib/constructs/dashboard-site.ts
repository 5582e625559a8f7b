/**
 * The dashboard: a private bucket behind CloudFront, and the HTTP API behind the same name, so that the page needs no CORS. What the page
 * may load and call is said in its Content-Security-Policy.
 */
import { Duration, Fn, RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Distribution,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  OriginRequestPolicy,
  PriceClass,
  ResponseHeadersPolicy,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { PAGE_POLICY } from '../../functions/routes.ts';

export interface DashboardSiteProps {
  /** `https://...` of the HTTP API. */
  apiUrl: string;
  /** `wss://...` of the live feed. */
  socketUrl: string;
  logRetentionDays: number;
}

const HSTS_AGE = Duration.days(365);
/** A name with a hash in it never means something else. */
const FOREVER = 'public, max-age=31536000, immutable';
const ASK_AGAIN = 'no-cache';

export class DashboardSite extends Construct {
  readonly bucket: Bucket;
  readonly #distribution: Distribution;

  constructor(scope: Construct, id: string, { apiUrl, socketUrl, logRetentionDays }: DashboardSiteProps) {
    super(scope, id);
    const logs = this.#logs(logRetentionDays);
    this.bucket = new Bucket(this, 'Files', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      serverAccessLogsBucket: logs,
      serverAccessLogsPrefix: 's3/',
      removalPolicy: RemovalPolicy.DESTROY,
      autoDeleteObjects: false,
    });
    const files = S3BucketOrigin.withOriginAccessControl(this.bucket);
    const page = (name: string, cacheControl: string): BehaviorOptions => ({
      origin: files,
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      cachePolicy: cacheControl === FOREVER ? CachePolicy.CACHING_OPTIMIZED : CachePolicy.CACHING_DISABLED,
      responseHeadersPolicy: this.#headers(name, hostOf(socketUrl), cacheControl),
    });
    this.#distribution = new Distribution(this, 'Distribution', {
      comment: 'AUREN Memory: the dashboard',
      defaultRootObject: 'index.html',
      priceClass: PriceClass.PRICE_CLASS_100,
      logBucket: logs,
      logFilePrefix: 'cloudfront/',
      defaultBehavior: page('Page', ASK_AGAIN),
      additionalBehaviors: {
        'assets/*': page('Assets', FOREVER),
        'v1/*': {
          origin: new HttpOrigin(hostOf(apiUrl)),
          viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
          allowedMethods: AllowedMethods.ALLOW_ALL,
          cachePolicy: CachePolicy.CACHING_DISABLED,
          originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        },
      },
    });
    this.#acknowledge();
  }

  get url(): string {
    return `https://${this.#distribution.distributionDomainName}/`;
  }

  #headers(name: string, socketHost: string, cacheControl: string): ResponseHeadersPolicy {
    return new ResponseHeadersPolicy(this, `${name}Headers`, {
      customHeadersBehavior: { customHeaders: [{ header: 'cache-control', value: cacheControl, override: true }] },
      securityHeadersBehavior: {
        contentSecurityPolicy: {
          contentSecurityPolicy: [...PAGE_POLICY, `connect-src 'self' wss://${socketHost}`].join('; '),
          override: true,
        },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
        strictTransportSecurity: { accessControlMaxAge: HSTS_AGE, includeSubdomains: false, override: true },
      },
    });
  }

  /** CloudFront writes its logs by an ACL, which a bucket has to allow. */
  #logs(retentionDays: number): Bucket {
    const logs = new Bucket(this, 'AccessLogs', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_PREFERRED,
      lifecycleRules: [{ expiration: Duration.days(retentionDays) }],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(logs).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'It holds the access logs of the other bucket; logging the log would not end.',
    });
    return logs;
  }

  #acknowledge(): void {
    const reasons = {
      'AwsSolutions-CFR1': 'The page is for whoever holds a key, wherever they are.',
      'AwsSolutions-CFR2': 'The files are public and static; every call to the API is authorized and throttled there.',
      'AwsSolutions-CFR4':
        'The default certificate of cloudfront.net sets the protocol; a domain of one’s own sets TLS 1.2.',
    };
    for (const [id, reason] of Object.entries(reasons)) {
      Validations.of(this.#distribution).acknowledge({ id, reason });
    }
  }
}

/** `https://host/path` -> `host`, also where the address is known only at deployment. */
const hostOf = (url: string): string => Fn.select(2, Fn.split('/', url));
