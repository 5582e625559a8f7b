import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { DashboardStack } from '../../lib/dashboard-stack.ts';
import { ROOT } from './synthesized.ts';

const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
const stack = new DashboardStack(app, 'Dashboard', {
  settings: { stage: 'dev', logRetentionDays: 30 },
  root: ROOT,
  apiUrl: 'https://abc.execute-api.eu-west-1.amazonaws.com',
  socketUrl: 'wss://def.execute-api.eu-west-1.amazonaws.com/live',
});
const template = Template.fromStack(stack);

describe('the dashboard in AWS', () => {
  it('passes the AWS Solutions checks, each exception with its reason', () => {
    const { success, violations } = new AwsSolutionsChecks(app).validateScope(app);

    expect(violations).toEqual([]);
    expect(success).toBe(true);
  });

  it('keeps its files private: no public access, read by this one distribution alone', () => {
    template.allResourcesProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
    });
    template.resourceCountIs('AWS::CloudFront::OriginAccessControl', 1);
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Action: 's3:GetObject', Principal: { Service: 'cloudfront.amazonaws.com' } }),
        ]),
      },
    });
  });

  it('lets the page load nothing from elsewhere and call this stage alone', () => {
    const policies = template.findResources('AWS::CloudFront::ResponseHeadersPolicy');

    const configs = Object.values(policies).map(({ Properties }) => Properties.ResponseHeadersPolicyConfig);

    expect(configs).toHaveLength(2);
    for (const { SecurityHeadersConfig: security } of configs) {
      const { ContentSecurityPolicy: csp } = security.ContentSecurityPolicy;
      expect(csp).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
      expect(csp).toMatch(/connect-src 'self' wss:\/\/def\.execute-api\.eu-west-1\.amazonaws\.com(;|$)/);
      expect(csp).not.toContain('unsafe');
      expect(security.FrameOptions.FrameOption).toBe('DENY');
    }
  });

  it('hands calls on to the API under its own name, so that the page needs no CORS', () => {
    template.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: {
        CacheBehaviors: Match.arrayWith([
          Match.objectLike({ PathPattern: 'assets/*' }),
          Match.objectLike({ PathPattern: 'v1/*', ViewerProtocolPolicy: 'https-only' }),
        ]),
        Origins: Match.arrayWith([Match.objectLike({ DomainName: 'abc.execute-api.eu-west-1.amazonaws.com' })]),
      },
    });
  });
});
