/** The look of every page: the reader's own fonts, dark or light as the reader has it. */
export const STYLE = `
:root { color-scheme: light dark; --quiet: light-dark(#565d66, #a7b0ba); --line: light-dark(#d5d9de, #3a414a);
  --link: light-dark(#0b57a4, #8ab8f0); --good: light-dark(#14663a, #7fd6a2); --bad: light-dark(#a1260d, #ffab99); }
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1.5rem;
  background: light-dark(#fff, #14181d); color: light-dark(#1b1f24, #e4e8ec); overflow-wrap: anywhere; }
h1 { font-size: 1.8rem; line-height: 1.2; } h2 { font-size: 1.25rem; margin-top: 2.2rem; }
a { color: var(--link); } a:focus-visible, summary:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100rem; } .skip:focus { left: 1rem; }
.quiet { color: var(--quiet); } .good { color: var(--good); } .bad { color: var(--bad); font-weight: 600; }
.wide { overflow-x: auto; } table { border-collapse: collapse; overflow-wrap: normal; } caption { text-align: left; color: var(--quiet); }
th, td { text-align: left; vertical-align: top; padding: .3rem 1rem .3rem 0; border-bottom: 1px solid var(--line); }
.columns { columns: 18rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
pre { overflow-x: auto; padding: .8rem; border: 1px solid var(--line); border-radius: .3rem; }
code, pre { font-family: ui-monospace, monospace; font-size: .9rem; }
`;
