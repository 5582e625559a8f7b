/** The CDK app: `npm run synth`, `npx cdk deploy -c stage=prod`. The only CDK file that reads context. */
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { DashboardStack } from '../lib/dashboard-stack.ts';
import { MemoryStack } from '../lib/memory-stack.ts';
import { readSettings } from '../lib/settings.ts';

const app = new App();
const settings = readSettings(app.node.getAllContext());
const root = join(import.meta.dirname, '..');
const memory = new MemoryStack(app, `AurenMemory-${settings.stage}`, {
  settings,
  root,
  description: 'AUREN Memory: three-tier memory for AI agents',
});
new DashboardStack(app, `AurenDashboard-${settings.stage}`, {
  settings,
  root,
  apiUrl: memory.apiUrl,
  socketUrl: memory.socketUrl,
  description: 'AUREN Memory: the dashboard',
});
// A finding that nobody acknowledged with a reason fails the synth.
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
