/** Styles of the documentation page; contrast is at least 4.5:1 in both schemes. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --ink: #1c2128; --soft: #57606a; --ground: #fff; --panel: #f4f6f8; --line: #d5dae0; --link: #0b57c2; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e3e8ee; --soft: #9aa5b1; --ground: #14181d; --panel: #1d232a; --line: #37404a; --link: #79b0ff; }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--ground);
  display: grid; grid-template-columns: minmax(15rem, 21rem) minmax(0, 1fr); }
nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 1rem; border-right: 1px solid var(--line); font-size: 0.85rem; }
nav h2 { font-size: 0.8rem; text-transform: uppercase; letter-spacing: 0.05em; color: var(--soft); margin: 1rem 0 0.25rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav a { display: block; padding: 0.2rem 0; overflow-wrap: anywhere; }
main { padding: 1rem 2rem 4rem; max-width: 62rem; }
a { color: var(--link); }
section { border-top: 1px solid var(--line); padding: 0.75rem 0; }
h3 { font-size: 1.05rem; margin: 0.5rem 0; overflow-wrap: anywhere; }
.method { display: inline-block; min-width: 3.6rem; font: 600 0.75rem/1.6 ui-monospace, monospace; color: var(--soft); }
code, pre { font-family: ui-monospace, monospace; font-size: 0.88em; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 0.75rem; overflow-x: auto; max-height: 30rem; }
details { margin: 0.4rem 0; }
summary { cursor: pointer; color: var(--soft); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9rem; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.8rem 0.3rem 0; border-bottom: 1px solid var(--line); }
:target { background: var(--panel); }
@media (max-width: 50rem) {
  body { display: block; }
  nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line); }
  main { padding: 1rem; }
}
`;
