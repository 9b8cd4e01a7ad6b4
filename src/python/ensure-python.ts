import { choosePython } from './choose-python.js';
import { type ManagedPythonRequest, installManagedPython, managedPython } from './managed-python.js';
import { probePythons } from './python.js';

/**
 * The interpreter of the managed Python that has these packages, which is made when it is first needed.
 * @throws UserError as `installManagedPython` does, and `python-not-found`
 */
export async function ensureManagedPython(request: Omit<ManagedPythonRequest, 'base'>): Promise<string> {
  const { name, requirements, env } = request;
  const present = managedPython(name, env);
  if (present.complete && present.requirements.join() === requirements.join()) return present.executable;
  const base = choosePython(await probePythons(env));
  return (await installManagedPython({ ...request, base })).executable;
}
