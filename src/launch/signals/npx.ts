/** Milliseconds between two looks. */
const LOOKS = 500;

/**
 * Tells when npx, which started this program, was ended: it passes a signal on only to the shell that it started it in,
 * which ends without passing it on.
 * @returns ends the watching
 */
export function onNpxGone(listener: () => void): () => void {
  if (process.env.npm_command !== 'exec') return () => undefined;
  const shell = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(timer);
    listener();
  }, LOOKS).unref();
  return () => {
    clearInterval(timer);
  };
}
