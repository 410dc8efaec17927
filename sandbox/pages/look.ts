/** The look of all pages, in one place: light and dark, no pictures, no scripts. */
export const LOOK = `
:root{color-scheme:light dark;--bg:#fff;--soft:#f5f7f9;--line:#d5dbe1;--text:#1d2733;--mute:#5b6876;--link:#0b61c4;
--green:#1a7f37;--red:#c62f35;--violet:#7a4bd0;--amber:#9a6700;--add:#e3f6e8;--del:#fdebec;--hunk:#e8f1fb;--tint:#eaf3fd}
@media(prefers-color-scheme:dark){:root{--bg:#10161d;--soft:#18202a;--line:#323d4a;--text:#dfe6ee;--mute:#92a0b0;--link:#6cb0ff;
--green:#3fb950;--red:#f47067;--violet:#a987f0;--amber:#d6a431;--add:#14301f;--del:#3a1b1f;--hunk:#16283d;--tint:#152435}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:15px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif}
a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
h1,h2,h3{line-height:1.25;font-weight:600}h1{font-size:1.6rem;margin:0 0 .4rem}h2{font-size:1.15rem;margin:1.6rem 0 .6rem}
code,pre,.mono{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.top{background:var(--soft);border-bottom:1px solid var(--line)}
.top>div{display:flex;gap:1.2rem;align-items:center;max-width:1120px;margin:auto;padding:.65rem 1.25rem;flex-wrap:wrap}
.top b{font-size:1.05rem}.top form{margin-left:auto;display:flex;gap:.5rem;align-items:center;color:var(--mute)}
main{max-width:1120px;margin:auto;padding:1.5rem 1.25rem 4rem}
.tabs{display:flex;gap:1.2rem;border-bottom:1px solid var(--line);margin:.6rem 0 1.3rem}
.tabs a{padding:.45rem .1rem;color:var(--mute);border-bottom:2px solid transparent;margin-bottom:-1px}
.tabs a.here{color:var(--text);border-color:var(--link);font-weight:600}
.mute{color:var(--mute)}.right{margin-left:auto}.row{display:flex;gap:.7rem;align-items:center;flex-wrap:wrap}
.box{border:1px solid var(--line);border-radius:8px;margin:0 0 1.1rem;overflow:hidden;background:var(--bg)}
.box>header{background:var(--soft);border-bottom:1px solid var(--line);padding:.5rem .9rem;display:flex;gap:.6rem;align-items:center;flex-wrap:wrap}
.box>.in{padding:.8rem .9rem}.box>ul{list-style:none;margin:0;padding:0}
.box>ul>li{padding:.6rem .9rem;border-top:1px solid var(--line)}.box>ul>li:first-child{border-top:0}
.pill{display:inline-block;border-radius:2em;padding:.1rem .7rem;font-size:.82rem;font-weight:600;color:#fff;background:var(--mute);white-space:nowrap}
.pill.open,.pill.good{background:#1a7f37}.pill.closed,.pill.bad{background:#c62f35}.pill.merged{background:#7a4bd0}.pill.wait{background:#9a6700}
.tag{display:inline-block;border:1px solid var(--line);border-radius:2em;padding:0 .6rem;font-size:.82rem;background:var(--soft);color:var(--text)}
.branch{font:12.5px ui-monospace,Menlo,Consolas,monospace;background:var(--tint);color:var(--link);border-radius:6px;padding:.12rem .4rem}
.two{display:grid;grid-template-columns:minmax(0,1fr) 250px;gap:1.6rem}@media(max-width:820px){.two{grid-template-columns:minmax(0,1fr)}}
.side h3{font-size:.82rem;color:var(--mute);margin:0 0 .35rem}.side section{border-bottom:1px solid var(--line);padding-bottom:.8rem;margin-bottom:.8rem}
.event{color:var(--mute);padding:.1rem 0 .1rem 1rem;border-left:2px solid var(--line);margin:0 0 1.1rem .9rem}
.avatar{display:inline-grid;place-items:center;width:1.6rem;height:1.6rem;border-radius:50%;color:#fff;font-size:.72rem;font-weight:700;flex:none}
.md>:first-child{margin-top:0}.md>:last-child{margin-bottom:0}.md h1,.md h2{border-bottom:1px solid var(--line);padding-bottom:.2rem}.md h1{font-size:1.4rem}
.md table{border-collapse:collapse;display:block;overflow:auto}.md th,.md td{border:1px solid var(--line);padding:.3rem .7rem}.md th{background:var(--soft)}
.md code{background:var(--soft);border:1px solid var(--line);border-radius:5px;padding:.05rem .3rem}.md pre{background:var(--soft);border:1px solid var(--line);border-radius:6px;padding:.7rem;overflow:auto}
.md pre code{border:0;padding:0;background:none}.md blockquote{margin:0;padding:0 1rem;color:var(--mute);border-left:3px solid var(--line)}
.diff{display:block;overflow-x:auto;margin:0}.diff table{border-collapse:collapse;width:100%;font:12.5px/1.55 ui-monospace,Menlo,Consolas,monospace}
.diff td{padding:0 .6rem;white-space:pre;vertical-align:top}.diff td.n{width:1%;min-width:2.6rem;text-align:right;color:var(--mute);user-select:none}
.diff tr.add td{background:var(--add)}.diff tr.del td{background:var(--del)}.diff tr.hunk td{background:var(--hunk);color:var(--mute)}
.plus{color:var(--green);font-weight:600}.minus{color:var(--red);font-weight:600}
pre.file{margin:0;padding:.8rem .9rem;overflow:auto}
button,select,input,textarea{font:inherit;color:inherit;background:var(--bg);border:1px solid var(--line);border-radius:6px;padding:.32rem .75rem}
input[type=checkbox]{padding:0}button{background:var(--soft);font-weight:600;cursor:pointer}button:hover{border-color:var(--mute)}button.go{background:#1a7f37;border-color:#1a7f37;color:#fff}button.no{color:var(--red)}
textarea{width:100%;min-height:6rem;resize:vertical}textarea.code{min-height:26rem;font:13px/1.5 ui-monospace,Menlo,Consolas,monospace;white-space:pre}
.flash{border:1px solid var(--line);border-left:4px solid var(--red);background:var(--soft);border-radius:6px;padding:.6rem .9rem;margin-bottom:1.2rem}
.flash.fine{border-left-color:var(--green)}
table.plain{border-collapse:collapse;width:100%}table.plain th{text-align:left;color:var(--mute);font-weight:600;font-size:.85rem}table.plain td,table.plain th{padding:.4rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
details>summary{cursor:pointer}summary.changed{font-weight:600;margin:0 0 .7rem}details[open]>summary.changed{margin-bottom:.7rem}
.md th{text-align:left}.md li:has(>input){list-style:none;margin-left:-1.2rem}
.icon{display:inline-block;width:.85rem;height:.7rem;border:1px solid var(--mute);border-radius:2px;margin-right:.35rem}.icon.folder{background:var(--link);border-color:var(--link);opacity:.75}.icon.link{border-style:dashed}
`;
