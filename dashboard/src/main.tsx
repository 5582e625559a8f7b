/** Entry: reads the run-time configuration, then shows the page. */
import { render } from 'preact';
import './styles/tokens.css';
import './styles/base.css';
import './styles/components.css';
import './styles/shell.css';
import { App } from './app.tsx';
import { loadConfig } from './state/config.ts';
import { followTheme } from './state/theme.ts';

const root = document.getElementById('app');
if (!root) throw new Error('index.html has no #app');

followTheme();
root.replaceChildren();
render(<App />, root);
void loadConfig();
