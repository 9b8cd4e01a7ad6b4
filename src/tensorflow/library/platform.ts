import { availableParallelism, cpus } from 'node:os';
import { readTextSync } from '../../system/regular-file.js';

/** Why something can't be done here, and what can be done about it. */
export interface Problem {
  message: string;
  hint: string;
}

/** The features of a CPU that decide how fast TensorFlow runs, by their names in `/proc/cpuinfo`. */
const FEATURES = ['avx', 'avx2', 'fma', 'avx512f', 'avx512_bf16', 'amx_bf16', 'asimd', 'bf16', 'sve'];

export interface Cpu {
  model: string;
  /** How many threads may run at once: less than the machine has where a limit is set on the process. */
  cores: number;
  /** Of `FEATURES`; undefined where the system doesn't tell (macOS). */
  features?: string[];
}

export function describeCpu(): Cpu {
  return { model: cpus().at(0)?.model.trim() ?? 'unknown', cores: availableParallelism(), features: cpuFeatures() };
}

/**
 * Whether this CPU has instructions for bfloat16, without which computing in it takes several times as long as in float32.
 * Undefined where the system doesn't tell.
 */
export function hasBfloat16({ features }: Cpu): boolean | undefined {
  return features?.some((feature) => ['avx512_bf16', 'amx_bf16', 'bf16'].includes(feature));
}

/** The version of the GNU C library; undefined on musl (Alpine) and outside Linux. */
export function glibcVersion(): string | undefined {
  // Without this, the report looks up names of hosts on the network, which may take seconds.
  Object.assign(process.report, { excludeNetwork: true });
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime;
}

/** Why TensorFlow's packages can't be installed on this platform; undefined if they can. */
export function platformProblem(): Problem | undefined {
  switch (`${process.platform}-${process.arch}`) {
    case 'darwin-arm64':
      return undefined;
    case 'linux-arm64':
      return glibcProblem();
    case 'linux-x64':
      return glibcProblem() ?? avxProblem();
    case 'darwin-x64':
      return {
        message: 'the last TensorFlow for Macs with an Intel processor is 2.16.2',
        hint: "pip install 'tensorflow==2.16.2' into a virtual environment of Python 3.12 and set ABLATE_TENSORFLOW to it",
      };
    case 'win32-x64':
      return {
        message: "TensorFlow's package for Windows lacks the C API's library",
        hint: 'run Ablate in WSL 2 (wsl --install)',
      };
    default:
      return {
        message: `there is no TensorFlow package for ${process.platform} on ${process.arch}`,
        hint: 'packages exist for Linux on x64 and arm64 and for macOS on arm64',
      };
  }
}

/** The packages are built for manylinux_2_27. */
function glibcProblem(): Problem | undefined {
  const version = glibcVersion();
  const hint = 'use a distribution (or container image) with glibc 2.27 or newer, such as Debian, Ubuntu or Fedora';
  if (version === undefined)
    return { message: "TensorFlow's packages need glibc, and this system has another libc", hint };
  const [major, minor] = version.split('.').map(Number);
  const tooOld = major < 2 || (major === 2 && minor < 27);
  return tooOld ? { message: `TensorFlow's packages need glibc 2.27 or newer; this is ${version}`, hint } : undefined;
}

/** TensorFlow's packages for x64 end with an illegal instruction on a CPU without AVX. */
function avxProblem(): Problem | undefined {
  const features = cpuFeatures();
  if (!features || features.includes('avx')) return undefined;
  return {
    message: "TensorFlow's packages need a CPU with AVX, which this one (or its virtual machine) lacks",
    hint: "on a virtual machine, pass the host's CPU through (QEMU: -cpu host)",
  };
}

function cpuFeatures(): string[] | undefined {
  try {
    const line = /^(?:flags|Features)\s*:(.*)$/m.exec(readTextSync('/proc/cpuinfo'));
    const words = new Set(line?.[1].trim().split(/\s+/));
    return line ? FEATURES.filter((feature) => words.has(feature)) : undefined;
  } catch {
    return undefined;
  }
}
