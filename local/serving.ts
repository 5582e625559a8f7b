/** What the local run serves on its port: the route table's functions, the dashboard, and what only the local run has. */
import { HTTP_ROUTES } from '../functions/routes.ts';
import type { LocalClock } from './clock.ts';
import { DashboardPage } from './dashboard/page.ts';
import type { Log } from './engines/types.ts';
import { splitTarget } from './gateway/event.ts';
import { type Functions, functionNamed, RUNNABLE_FUNCTIONS, SCHEDULE_FUNCTIONS } from './gateway/functions.ts';
import { Gateway } from './gateway/gateway.ts';
import { LocalRoutes } from './gateway/local-routes.ts';
import { PageConfig } from './gateway/page-config.ts';
import type { Serve } from './gateway/server.ts';
import type { Management } from './gateway/socket/management.ts';
import { scheduledEvent } from './scheduler.ts';
import type { Settings } from './settings.ts';
import { createTenant } from './tenants.ts';

export interface Serving {
  readonly settings: Settings;
  readonly functions: Functions;
  readonly clock: LocalClock;
  readonly management: Management;
  readonly log: Log;
}

export function serving({ settings, functions, clock, management, log }: Serving): Serve {
  const schedules = new Set<string>(SCHEDULE_FUNCTIONS.map(({ name }) => name));
  const local = new LocalRoutes(
    {
      clock,
      functionNames: RUNNABLE_FUNCTIONS.map(({ name }) => name),
      run: (name, payload = schedules.has(name) ? scheduledEvent(name, clock) : {}) =>
        functions.call(functionNamed(name), payload),
      createTenant: (id) => createTenant(functions, id),
    },
    log,
  );
  const routes = HTTP_ROUTES.map((route) => ({ folder: 'http', ...route }));
  const { throttle, corsOrigins } = settings;
  const gateway = new Gateway({ routes, functions, log, throttle, corsOrigins, local });
  const fronts = [management, new PageConfig(), new DashboardPage()];
  return (request) => {
    const [path] = splitTarget(request.url ?? '/');
    const front = fronts.find((candidate) => candidate.owns(path));
    return front ? front.serve(request, path) : gateway.serve(request);
  };
}
