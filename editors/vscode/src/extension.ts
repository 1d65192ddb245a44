// The client of `kwlogic lsp`: starts it, restarts it, and shows what lenses ask for. All knowledge is the server's.

import * as path from "node:path";
import * as vscode from "vscode";
import { LanguageClient, type LanguageClientOptions, type ServerOptions, TransportKind } from "vscode-languageclient/node";

import { GraphView } from "./graph";

const OWN_COMMANDS = ["kwlogic.showVerdicts", "kwlogic.showGraph", "kwlogic.run"];

interface Ran {
  input: string;
  output: string;
  problems: string[];
  failed: boolean;
}

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const graphs = new GraphView(async (uri, name) => ask<{ svg: string }>("kwlogic.server.graph", uri, name));
  const output = vscode.window.createOutputChannel("kwlogic results");
  context.subscriptions.push(
    graphs,
    output,
    vscode.commands.registerCommand("kwlogic.restart", restart),
    vscode.commands.registerCommand("kwlogic.verifyFile", async () => {
      const uri = vscode.window.activeTextEditor?.document.uri.toString();
      if (uri !== undefined) {
        await ask<null>("kwlogic.verify", uri);
      }
    }),
    vscode.commands.registerCommand("kwlogic.showVerdicts", async (uri: string, name: string) => {
      const found = await ask<{ text: string }>("kwlogic.server.verdicts", uri, name);
      print(output, name, found?.text);
    }),
    vscode.commands.registerCommand("kwlogic.showGraph", (uri: string, name: string) => graphs.show(uri, name)),
    vscode.commands.registerCommand("kwlogic.run", async (uri: string, name: string) => {
      const input = await vscode.window.showInputBox({
        title: `Run ${name}`,
        prompt: "A JSON object with one key for each input; empty for an input that is known to be allowed.",
        ignoreFocusOut: true,
      });
      if (input === undefined) {
        return;
      }
      const given = input.trim() === "" ? [] : [input];
      const ran = await ask<Ran>("kwlogic.server.run", uri, name, ...given);
      print(output, name, ran && [ran.input, ran.output, ...ran.problems].filter((line) => line !== "").join("\n"));
    }),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration("kwlogic.command")) {
        await restart();
      }
    }),
  );
  await start();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}

function settings(): { verify: string; budget: number | null; commands: string[] } {
  const found = vscode.workspace.getConfiguration("kwlogic");
  return { verify: found.get("verify", "change"), budget: found.get<number | null>("budget", null), commands: OWN_COMMANDS };
}

async function start(): Promise<void> {
  const [command, ...args] = vscode.workspace.getConfiguration("kwlogic").get<string[]>("command", ["kwlogic", "lsp"]);
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const named = command ?? "kwlogic";
  const found = folder !== undefined && named.includes("/") && !path.isAbsolute(named) ? path.join(folder, named) : named;
  const server: ServerOptions = { command: found, args, transport: TransportKind.stdio, options: folder === undefined ? {} : { cwd: folder } };
  const options: LanguageClientOptions = {
    documentSelector: [
      { scheme: "file", language: "kw" },
      { scheme: "untitled", language: "kw" },
    ],
    initializationOptions: settings(),
    synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher("**/{*.kw,kwlogic.toml,pyproject.toml}") },
    middleware: {
      workspace: {
        didChangeConfiguration: async () => client?.sendNotification("workspace/didChangeConfiguration", { settings: settings() }),
      },
    },
  };
  options.synchronize = { ...options.synchronize, configurationSection: "kwlogic" };
  client = new LanguageClient("kwlogic", "kwlogic", server, options);
  try {
    await client.start();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const help = "Install it with `pip install 'kwlogic[lsp]'`, or set `kwlogic.command`.";
    void vscode.window.showErrorMessage(`kwlogic: the language server \`${found}\` did not start: ${reason}. ${help}`);
  }
}

async function restart(): Promise<void> {
  await client?.stop().catch(() => undefined);
  await start();
}

async function ask<T>(command: string, ...args: unknown[]): Promise<T | undefined> {
  try {
    return await client?.sendRequest<T>("workspace/executeCommand", { command, arguments: args });
  } catch (error) {
    void vscode.window.showWarningMessage(`kwlogic: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function print(output: vscode.OutputChannel, name: string, text: string | undefined): void {
  if (text !== undefined) {
    output.appendLine(`${name}\n${text}\n`);
    output.show(true);
  }
}
