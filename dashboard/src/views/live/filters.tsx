/** What to show: kinds of event, types, tiers by a click; agents and users by name. */
import { useEffect, useState } from 'preact/hooks';
import { MEMORY_TYPES, TIERS } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { Chips, TextField } from '../../components/field.tsx';
import { TierTag } from '../../components/tier.tsx';
import { type Chosen, EVERYTHING, KIND_NAMES, namesIn } from './filter.ts';

/** Typing is over when nothing came for so long. */
const TYPED_MS = 350;

export function Filters({ chosen, onChange }: { chosen: Chosen; onChange: (chosen: Chosen) => void }) {
  const [agents, setAgents] = useState(chosen.agents.join(', '));
  const [users, setUsers] = useState(chosen.users.join(', '));
  useEffect(() => {
    const next = { ...chosen, agents: namesIn(agents), users: namesIn(users) };
    if (next.agents.join() === chosen.agents.join() && next.users.join() === chosen.users.join()) return;
    const timer = setTimeout(() => onChange(next), TYPED_MS);
    return () => clearTimeout(timer);
  }, [agents, users]);
  const clear = () => {
    setAgents('');
    setUsers('');
    onChange(EVERYTHING);
  };
  const isNarrow = Object.values(chosen).some((values) => values.length > 0);
  return (
    <div class="filters">
      <Chips
        label="What happened"
        options={KIND_NAMES}
        chosen={chosen.kinds}
        onChange={(kinds) => onChange({ ...chosen, kinds })}
      />
      <Chips
        label="Tier"
        options={TIERS}
        chosen={chosen.tiers}
        onChange={(tiers) => onChange({ ...chosen, tiers })}
        show={(tier) => (chosen.tiers.includes(tier) ? tier : <TierTag tier={tier} />)}
      />
      <Chips
        label="Type of memory"
        options={MEMORY_TYPES}
        chosen={chosen.types}
        onChange={(types) => onChange({ ...chosen, types })}
      />
      <div class="names">
        <TextField label="Agents" value={agents} onInput={setAgents} placeholder="all, or names with commas" />
        <TextField label="Users" value={users} onInput={setUsers} placeholder="all, or names with commas" />
        <Button kind="quiet" disabled={!isNarrow} onClick={clear}>
          Clear
        </Button>
      </div>
    </div>
  );
}
