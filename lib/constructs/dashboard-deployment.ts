/** Puts the built files into the bucket, and beside them `/config.json`, which says where this stage's socket is. */
import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { Construct } from 'constructs';
import { dashboardFiles } from './dashboard-files.ts';

export interface DashboardDeploymentProps {
  stage: string;
  root: string;
  bucket: Bucket;
  socketUrl: string;
  logRetentionDays: number;
}

export class DashboardDeployment extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { stage, root, bucket, socketUrl, logRetentionDays }: DashboardDeploymentProps,
  ) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/auren/${stage}/deploy-dashboard`,
      retention: logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const deployment = new BucketDeployment(this, 'Files', {
      destinationBucket: bucket,
      sources: [dashboardFiles(root), Source.jsonData('config.json', { api: '', socket: socketUrl, local: false })],
      logGroup,
      // A page that was opened before still asks for the files of its own build.
      prune: false,
    });
    acknowledge(deployment, bucket);
  }
}

/** The copying is done by a function of the CDK's own library, which brings its own rights. */
function acknowledge({ handlerRole }: BucketDeployment, bucket: Bucket): void {
  const files = Stack.of(bucket).resolve(bucket.bucketArn)['Fn::GetAtt'][0];
  const copying =
    "The CDK's function copies the files of this deployment: it reads the asset bucket and writes this one.";
  const rights = [
    'Action::s3:GetObject*',
    'Action::s3:GetBucket*',
    'Action::s3:List*',
    'Action::s3:DeleteObject*',
    'Action::s3:Abort*',
    `Resource::<${files}.Arn>/*`,
    'Resource::arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>/*',
  ];
  const handler = Validations.of(handlerRole.node.scope ?? handlerRole);
  for (const right of rights) handler.acknowledge({ id: `AwsSolutions-IAM5[${right}]`, reason: copying });
  handler.acknowledge({
    id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
    reason: "The CDK's function writes its log by the managed policy that Lambda has for that.",
  });
  handler.acknowledge({
    id: 'AwsSolutions-L1',
    reason: 'Its runtime is chosen by the CDK, and moves on with it.',
  });
}
