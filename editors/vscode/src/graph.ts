// The graph of a composition beside its text: the server's SVG in a view without scripts of others, with zoom and refresh.

import { randomBytes } from "node:crypto";
import * as vscode from "vscode";

type Draw = (uri: string, name: string) => Promise<{ svg: string } | undefined>;

export class GraphView implements vscode.Disposable {
  private readonly panels = new Map<string, vscode.WebviewPanel>();
  private readonly listening: vscode.Disposable;

  constructor(private readonly draw: Draw) {
    this.listening = vscode.workspace.onDidSaveTextDocument((document) => this.saved(document.uri.toString()));
  }

  async show(uri: string, name: string): Promise<void> {
    const key = `${uri} ${name}`;
    let panel = this.panels.get(key);
    if (panel === undefined) {
      const title = name.slice(name.lastIndexOf(".") + 1);
      panel = vscode.window.createWebviewPanel("kwlogic.graph", title, vscode.ViewColumn.Beside, { enableScripts: true, localResourceRoots: [] });
      this.panels.set(key, panel);
      panel.onDidDispose(() => this.panels.delete(key));
    }
    panel.reveal(undefined, true);
    await this.fill(panel, uri, name);
  }

  dispose(): void {
    this.listening.dispose();
    for (const panel of this.panels.values()) {
      panel.dispose();
    }
  }

  private async fill(panel: vscode.WebviewPanel, uri: string, name: string): Promise<void> {
    const drawn = await this.draw(uri, name);
    if (drawn !== undefined) {
      panel.webview.html = page(drawn.svg);
    }
  }

  private saved(uri: string): void {
    for (const [key, panel] of this.panels) {
      const [of, name] = key.split(" ");
      if (of === uri && name !== undefined) {
        void this.fill(panel, uri, name);
      }
    }
  }
}

function page(svg: string): string {
  const nonce = randomBytes(16).toString("base64");
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<style>
  body { margin: 0; padding: 8px; background: #ffffff; }
  .bar { position: sticky; top: 0; left: 0; }
  button { min-width: 32px; }
  svg { transform-origin: 0 0; }
</style>
</head>
<body>
<div class="bar" role="toolbar" aria-label="Zoom">
  <button id="in" aria-label="Larger">+</button>
  <button id="out" aria-label="Smaller">−</button>
  <button id="one" aria-label="Actual size">1:1</button>
</div>
${svg}
<script nonce="${nonce}">
  const picture = document.querySelector("svg");
  const width = picture.width.baseVal.value, height = picture.height.baseVal.value;
  let scale = 1;
  const zoom = (to) => {
    scale = Math.min(8, Math.max(0.1, to));
    picture.setAttribute("width", width * scale);
    picture.setAttribute("height", height * scale);
  };
  document.getElementById("in").onclick = () => zoom(scale * 1.25);
  document.getElementById("out").onclick = () => zoom(scale / 1.25);
  document.getElementById("one").onclick = () => zoom(1);
  window.addEventListener("wheel", (turn) => { if (turn.ctrlKey) { turn.preventDefault(); zoom(scale * (turn.deltaY < 0 ? 1.1 : 1 / 1.1)); } }, { passive: false });
</script>
</body>
</html>`;
}
