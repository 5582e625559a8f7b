/** What the local run serves: the route table's functions, the dashboard, and the routes that only the local run has. */
import { HTTP_ROUTES } from '../functions/routes.ts';
import type { LocalClock } from './clock.ts';
import { DashboardPage } from './dashboard/page.ts';
import type { Log } from './engines/types.ts';
import { type Functions, functionNamed, RUNNABLE_FUNCTIONS, SCHEDULE_FUNCTIONS } from './gateway/functions.ts';
import { Gateway } from './gateway/gateway.ts';
import { LocalRoutes } from './gateway/local-routes.ts';
import type { Serve } from './gateway/server.ts';
import { scheduledEvent } from './scheduler.ts';
import type { Settings } from './settings.ts';
import { createTenant } from './tenants.ts';

export function serving(settings: Settings, functions: Functions, clock: LocalClock, log: Log): Serve {
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
  const page = new DashboardPage();
  return (request) => (page.owns(request) ? page.serve(request) : gateway.serve(request));
}
