/** The dashboard in a stack of its own: deployed after the memory, and removed without it. */
import { CfnOutput, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { DashboardDeployment } from './constructs/dashboard-deployment.ts';
import { DashboardSite } from './constructs/dashboard-site.ts';
import type { Settings } from './settings.ts';

export interface DashboardStackProps extends StackProps {
  settings: Pick<Settings, 'stage' | 'logRetentionDays'>;
  /** The project's directory. */
  root: string;
  apiUrl: string;
  socketUrl: string;
}

export class DashboardStack extends Stack {
  constructor(scope: Construct, id: string, { settings, root, apiUrl, socketUrl, ...props }: DashboardStackProps) {
    super(scope, id, props);
    Tags.of(this).add('application', 'auren-memory');
    Tags.of(this).add('stage', settings.stage);

    const site = new DashboardSite(this, 'Site', { apiUrl, socketUrl, logRetentionDays: settings.logRetentionDays });
    new DashboardDeployment(this, 'Deployment', { ...settings, root, bucket: site.bucket, socketUrl });
    new CfnOutput(this, 'DashboardUrl', { value: site.url, description: 'The dashboard' });
  }
}
