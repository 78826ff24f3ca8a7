import { once } from 'node:events';
import { Command, Option as CommanderOption, InvalidArgumentError } from 'commander';
import { stopSignal } from './stop.ts';

const DEFAULT_PORT = 8317;

/** `meander serve`: the interface in a browser, for data on this computer. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('open the interface in a browser, for files of this computer')
    .argument('[FOLDERS...]', 'folders whose files can be opened there; without one, only the example can')
    .addOption(
      new CommanderOption('--port <N>', '0: any that is free').argParser(toPort).default(DEFAULT_PORT),
    )
    .option('--address <ADDRESS>', 'an address of this computer that no other one reaches', '127.0.0.1')
    .action(async (folders: string[], { port, address }: { port: number; address: string }) => {
      const { signal, release } = stopSignal();
      try {
        // the other commands need not wait for all that it loads
        const { startServer } = await import('../serve.ts');
        const server = await startServer({ folders, port, address });
        process.stdout.write(welcome(server, folders));
        if (!signal.aborted) await once(signal, 'abort');
        await server.close();
      } finally {
        release();
      }
    });
}

function toPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new InvalidArgumentError('Expected 0 to 65535.');
  return port;
}

function welcome({ url, port }: { url: string; port: number }, folders: string[]): string {
  return `${[
    'Open this address in a browser; it works once:',
    `  ${url}`,
    `On another computer, run there first: ssh -L ${port}:127.0.0.1:${port} THIS-COMPUTER`,
    folders.length > 0
      ? `Files below these folders can be opened: ${folders.join(', ')}`
      : 'No folder was named, so only the example can be opened: meander serve FOLDER',
    'Ctrl-C ends it.',
  ].join('\n')}\n`;
}
