/** Where TensorFlow's shared libraries are. */
export interface LibraryLocation {
  directory: string;
  /** The libraries in it, in the order to open; the C API is looked up in the last. */
  fileNames: readonly string[];
}

/** What to train on: plain values, so that it can be sent to another process. */
export type Engine =
  | {
      backend: 'tensorflow';
      library: LibraryLocation;
      /** Where CUDA's libraries are; empty without a GPU. */
      cudaLibraryDirectories: readonly string[];
      /** What the GPU is called, where there is one: TensorFlow's C API doesn't tell. */
      gpuName?: string;
      /** Threads for TensorFlow's ops; 0 for one a core. */
      threads: number;
    }
  | { backend: 'cpu' };
