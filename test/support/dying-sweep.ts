/**
 * A process that sweeps one tenant on the production adapters and kills itself (SIGKILL) before or after its nth call that changes
 * what engines hold of memories; between the others nothing differs. Told over IPC; says how many calls a sweep takes where it lives to the end.
 */
import { bulkHot, core } from '../../layers/memory/adapters.ts';
import type { Instant } from '../../layers/memory/clock.ts';
import { usePorts } from '../../layers/memory/compose.ts';
import type { SweepPorts } from '../../layers/memory/usecases/sweep/run.ts';
import { createSweep } from '../../layers/memory/usecases/sweep/sweep.ts';

export interface Order {
  env: NodeJS.ProcessEnv;
  tenantId: string;
  now: Instant;
  /** Counted from 1. */
  call: number;
  moment: 'before' | 'after';
}

const SWEEP_MS = 20_000;
const CHANGES = {
  log: ['commit'],
  catalog: ['countUses'],
  hot: ['settleUses', 'putAndEvict', 'remove'],
} as const;

let calls = 0;

type Methods = Record<string, (...args: unknown[]) => Promise<unknown>>;

function mortal(port: Methods, changes: readonly string[], { call, moment }: Order): Methods {
  const die = () => process.kill(process.pid, 'SIGKILL');
  const methods = changes.map((name) => {
    const method = async (...args: unknown[]) => {
      calls += 1;
      const isLast = calls === call;
      if (isLast && moment === 'before') die();
      const answer = await port[name]?.(...args);
      if (isLast) die();
      return answer;
    };
    return [name, method];
  });
  return { ...port, ...Object.fromEntries(methods) };
}

process.once('message', async (order: Order) => {
  Object.assign(process.env, order.env);
  usePorts({ clock: { now: () => new Date(order.now) }, poke: { poke: async () => {} } });
  const ports: SweepPorts = { ...(await core()), hot: await bulkHot() };
  const dying = Object.entries(CHANGES).map(([name, changes]) => {
    return [name, mortal(ports[name as keyof typeof CHANGES] as unknown as Methods, changes, order)];
  });
  const wrapped: SweepPorts = { ...ports, ...Object.fromEntries(dying) };
  const consumers = { ...wrapped.consumers, tenants: async () => [order.tenantId] };
  await createSweep({ ...wrapped, consumers }).sweep(new Date(Date.now() + SWEEP_MS));
  process.send?.({ calls }, () => process.exit());
});
process.send?.('ready');
