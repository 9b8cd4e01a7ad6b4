import type { LaunchEvent } from '../protocol/watching.js';
import { type InstallDisplay, showInstallProgress } from './install-progress.js';

/** Shows what starting work tells. */
export interface LaunchDisplay {
  onEvent: (event: LaunchEvent) => void;
  /** Removes the line that a terminal shows of an installation. */
  clear: () => void;
}

/** @param print shows a line; one that stays unless given */
export function showLaunch(stream: NodeJS.WriteStream, print?: (line: string) => void): LaunchDisplay {
  let install: InstallDisplay | undefined;
  const clear = (): void => {
    install?.clear();
    install = undefined;
  };
  return {
    onEvent: (event) => {
      if (event.type === 'install-progress') (install ??= showInstallProgress(stream)).onProgress(event);
      else {
        clear();
        if (print) print(event.message);
        else stream.write(`${event.message}\n`);
      }
    },
    clear,
  };
}
