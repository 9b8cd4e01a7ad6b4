/* eslint-disable max-lines */
// Generated from schemas/experiment.schema.json by `npm run generate`: change the schema, not this file.
// These are the types of resolved configurations: every default filled in, every shorthand written out.

/** The data: what a model is given, and what it is to predict. */
export type DatasetConfig =
  | Mnist
  | FashionMnist
  | Kmnist
  | Cifar10
  | Cifar100
  | Svhn
  | Stl10
  | Imagenette
  | OxfordPets
  | Flowers102
  | Emnist
  | Medmnist
  | Idx
  | ImageFolder
  | Table;
/** How the training images are divided, where not by one `validation_split`. */
export type SplitKey = SplitConfig | null;
/** One number for both, or [height, width]. */
export type Size = [number, number] | number;
/** One number for both, or [height, width]; null: none given. */
export type OptionalSize = [number, number] | (number | null);
/** What transparent pixels are laid onto before an image is resized: `white`, `black` or [red, green, blue], 0 to 255 each. */
export type Background = [number, number, number] | ('white' | 'black');
/** How the values of a column are read and prepared. */
export type InputConfig = ImageInput | TextInput | AudioInput | NumberInput | CategoryInput;
/** Words that follow each other, taken as one: up to so many, or as many as in the list. Default: each word by itself. */
export type Ngrams = number[] | (number | null);
/** What stands for an empty cell: a number, the `mean` of the rows trained on, that with a second number which is 1 there and else 0 (`indicator`), or a mistake (`error`). */
export type Missing = number | ('error' | 'mean' | 'indicator');
/** What the values of the target are; the output layer, the loss and the metrics follow from it. */
export type TargetConfig = CategoryTarget | BinaryTarget | MultiLabelTarget | NumberTarget | MaskTarget;
/** How the rows are divided, where not at random. */
export type TableSplitKey = TableSplitConfig | null;
/** x means a uniform draw from [−x, x]; or [lower, upper]. */
export type SymmetricFactor = [number, number] | number;
/** x means a uniform draw from [−x, x]; or [lower, upper]; null: none of its own. */
export type OptionalFactor = [number, number] | (number | null);
/** x means a uniform draw from [0, x]; or [lower, upper]. */
export type PositiveFactor = [number, number] | number;
/** Of sound, in place of `stddev`: the ratio of signal to noise in decibels, or [lower, upper], drawn for each recording. */
export type Snr = [number, number] | (number | null);
/** An activation, by name or with its parameters. */
export type ActivationConfig =
  | ('relu' | 'relu6' | 'selu' | 'swish' | 'sigmoid' | 'tanh' | 'softplus' | 'linear' | 'softmax')
  | LeakyRelu
  | Elu
  | Gelu
  | Prelu;
/** An initializer, by name or with its parameters. */
export type InitializerConfig =
  | (
      | 'glorot_uniform'
      | 'glorot_normal'
      | 'he_uniform'
      | 'he_normal'
      | 'lecun_uniform'
      | 'lecun_normal'
      | 'zeros'
      | 'ones'
    )
  | Orthogonal
  | RandomNormal
  | TruncatedNormal
  | RandomUniform
  | VarianceScaling
  | Constant;
/** A layer. */
export type LayerConfig =
  | Conv2D
  | DepthwiseConv2D
  | SeparableConv2D
  | Conv1D
  | SeparableConv1D
  | Conv2DTranspose
  | Pooling2D
  | GlobalPooling2D
  | Pooling1D
  | GlobalPooling1D
  | BatchNormalization
  | LayerNormalization
  | Dropout
  | SpatialDropout2D
  | ZeroPadding2D
  | Cropping2D
  | Upsampling2D
  | Flatten
  | Embedding
  | PositionEmbedding
  | MultiHeadAttention
  | Dense
  | ActivationLayer
  | Residual
  | Parallel
  | InputsLayer;
export type ImageSides = [[number, number] | number, [number, number] | number] | number;
/** An optimizer with its parameters. */
export type OptimizerConfig = Sgd | Adagrad | Adadelta | Rmsprop | Adam | Adamw;
/** A schedule with its parameters. Lengths are in epochs and count after the warm-up; the rate is set anew in every step. */
export type LearningRateScheduleConfig =
  | ConstantSchedule
  | StepSchedule
  | PiecewiseConstantSchedule
  | ExponentialSchedule
  | CosineSchedule
  | OneCycleSchedule
  | ReduceOnPlateauSchedule;
/** The variants that are trained and compared (keys as in W&B sweeps). */
export type Sweep = SweepConfig | null;
export type SweepParameter = SweepValues | (SweepNormal | SweepRange);
/** How variants that do badly are found before their last epoch. */
export type EarlyTerminateConfig = HyperbandConfig | AshaConfig | MedianConfig;
/** How runs appear in MLflow; `none` sends nothing. */
export type TrackingConfig = TrackingSettings | 'none';

/** An Ablate experiment: dataset, augmentation, model and training of an image classifier, and the question asked of it. */
export interface Experiment {
  /** Name of the experiment and prefix of its run ids. Default: the file's name. */
  name: string;
  /** What the experiment is, for people. */
  description: string;
  /** Words to find the runs by. */
  tags: string[];
  dataset: DatasetConfig;
  augmentation: AugmentationConfig;
  model: ModelConfig;
  training: TrainingConfig;
  sweep: Sweep;
  /** The sentence that the sweep answers. */
  question: string | null;
  tracking: TrackingConfig;
  launcher?: LauncherConfig;
}
/** Handwritten digits: 60,000 + 10,000 images of 28×28×1, 10 classes. */
export interface Mnist {
  /** Which dataset. */
  name: 'mnist';
  /** Folder with the four IDX files. Default: the copy that comes with Ablate. */
  path: string | null;
  /** Part of the training images set aside for validation; stratified (each class in proportion), the same for every `train_fraction`. */
  validation_split: number;
  split: SplitKey;
  /** Part of the remaining training images used, for "would more data help?"; smaller ones are subsets of larger ones. */
  train_fraction: number;
  /** `rescale`: pixel / 255. `standardize`: (pixel − mean) / standard deviation per channel, of the training split. `none`: 0 to 255 as they are. */
  normalization: 'rescale' | 'standardize' | 'none';
  /** Names of the classes whose images are used, in the order of the model's outputs; the others are left out. Default: all. */
  classes: string[] | null;
}
/** How the training images are divided, where not by one `validation_split`. */
export interface SplitConfig {
  /** Cross-validation: so many parts, each class in proportion, each of which validates once while the others are trained on. A sweep runs each variant with each fold for each of its seeds; a single run takes the fold `seed` modulo `folds`. Off unless given. */
  folds: number | null;
}
/** Zalando's articles: 60,000 + 10,000 images of 28×28×1, 10 classes. */
export interface FashionMnist {
  /** Which dataset. */
  name: 'fashion_mnist';
  /** Folder with the four IDX files. Default: downloaded once into the cache. */
  path: string | null;
  /** Part of the training images set aside for validation; stratified (each class in proportion), the same for every `train_fraction`. */
  validation_split: number;
  split: SplitKey;
  /** Part of the remaining training images used, for "would more data help?"; smaller ones are subsets of larger ones. */
  train_fraction: number;
  /** `rescale`: pixel / 255. `standardize`: (pixel − mean) / standard deviation per channel, of the training split. `none`: 0 to 255 as they are. */
  normalization: 'rescale' | 'standardize' | 'none';
  /** Names of the classes whose images are used, in the order of the model's outputs; the others are left out. Default: all. */
  classes: string[] | null;
}
/** Cursive Japanese characters: 60,000 + 10,000 images of 28×28×1, 10 classes. */
export interface Kmnist {
  /** Which dataset. */
  name: 'kmnist';
  /** Folder with the four IDX files. Default: downloaded once into the cache. */
  path: string | null;
  /** Part of the training images set aside for validation; stratified (each class in proportion), the same for every `train_fraction`. */
  validation_split: number;
  split: SplitKey;
  /** Part of the remaining training images used, for "would more data help?"; smaller ones are subsets of larger ones. */
  train_fraction: number;
  /** `rescale`: pixel / 255. `standardize`: (pixel − mean) / standard deviation per channel, of the training split. `none`: 0 to 255 as they are. */
  normalization: 'rescale' | 'standardize' | 'none';
  /** Names of the classes whose images are used, in the order of the model's outputs; the others are left out. Default: all. */
  classes: string[] | null;
}
/** Tiny photographs: 50,000 + 10,000 images of 32×32×3, 10 classes. */
export interface Cifar10 {
  /** Which dataset. */
  name: 'cifar10';
  /** Folder with the binary version's files, or its archive. Default: downloaded once into the cache. */
  path: string | null;
  /** Part of the training images set aside for validation; stratified (each class in proportion), the same for every `train_fraction`. */
  validation_split: number;
  split: SplitKey;
  /** Part of the remaining training images used, for "would more data help?"; smaller ones are subsets of larger ones. */
  train_fraction: number;
  /** `rescale`: pixel / 255. `standardize`: (pixel − mean) / standard deviation per channel, of the training split. `none`: 0 to 255 as they are. */
  normalization: 'rescale' | 'standardize' | 'none';
  /** Names of the classes whose images are used, in the order of the model's outputs; the others are left out. Default: all. */
  classes: string[] | null;
}
/** Tiny photographs: 50,000 + 10,000 images of 32×32×3, 100 classes. */
export interface Cifar100 {
  /** Which dataset. */
  name: 'cifar100';
  /** Folder with the binary version's files, or its archive. Default: downloaded once into the cache. */
  path: string | null;
  /** Part of the training images set aside for validation; stratified (each class in proportion), the same for every `train_fraction`. */
  validation_split: number;
  split: SplitKey;
  /** Part of the remaining training images used, for "would more data help?"; smaller ones are subsets of larger ones. */
  train_fraction: number;
  /** `rescale`: pixel / 255. `standardize`: (pixel − mean) / standard deviation per channel, of the training split. `none`: 0 to 255 as they are. */
  normalization: 'rescale' | 'standardize' | 'none';
  /** Names of the classes whose images are used, in the order of the model's outputs; the others are left out. Default: all. */
  classes: string[] | null;
}
/** Digits of house numbers (SVHN, cut out): 73,257 + 26,032 images of 32×32×3, 10 classes. */
export interface Svhn {
  /** Which dataset. */
  name: 'svhn';
  /** The folder with the published files `train_32x32.mat` and `test_32x32.mat`. Default: downloaded once into the cache. */
  path: string | null;
  /** Part of the training images set aside for validation; stratified (each class in proportion), the same for every `train_fraction`. */
  validation_split: number;
  split: SplitKey;
  /** Part of the remaining training images used, for "would more data help?"; smaller ones are subsets of larger ones. */
  train_fraction: number;
  /** `rescale`: pixel / 255. `standardize`: (pixel − mean) / standard deviation per channel, of the training split. `none`: 0 to 255 as they are. */
  normalization: 'rescale' | 'standardize' | 'none';
  /** Names of the classes whose images are used, in the order of the model's outputs; the others are left out. Default: all. */
  classes: string[] | null;
}
/** Small photographs: 5,000 + 8,000 images of 96×96×3, 10 classes. */
export interface Stl10 {
  /** Which dataset. */
  name: 'stl10';
  /** The published file `stl10_binary.tar.gz`, or the folder with it. Default: downloaded once into the cache. */
  path: string | null;
  /** Part of the training images set aside for validation; stratified (each class in proportion), the same for every `train_fraction`. */
  validation_split: number;
  split: SplitKey;
  /** Part of the remaining training images used, for "would more data help?"; smaller ones are subsets of larger ones. */
  train_fraction: number;
  /** `rescale`: pixel / 255. `standardize`: (pixel − mean) / standard deviation per channel, of the training split. `none`: 0 to 255 as they are. */
  normalization: 'rescale' | 'standardize' | 'none';
  /** Names of the classes whose images are used, in the order of the model's outputs; the others are left out. Default: all. */
  classes: string[] | null;
}
/** Ten easily told classes of ImageNet: 9,469 + 3,925 photographs in colour, of 160 pixels and more, resized to `image_size`. */
export interface Imagenette {
  /** Which dataset. */
  name: 'imagenette';
  /** The published file `imagenette2-160.tgz`, or the folder with it. Default: downloaded once into the cache. */
  path: string | null;
  image_size: Size;
  /** Part of the training images set aside for validation; stratified (each class in proportion), the same for every `train_fraction`. */
  validation_split: number;
  split: SplitKey;
  /** Part of the remaining training images used, for "would more data help?"; smaller ones are subsets of larger ones. */
  train_fraction: number;
  /** `rescale`: pixel / 255. `standardize`: (pixel − mean) / standard deviation per channel, of the training split. `none`: 0 to 255 as they are. */
  normalization: 'rescale' | 'standardize' | 'none';
  /** Names of the classes whose images are used, in the order of the model's outputs; the others are left out. Default: all. */
  classes: string[] | null;
}
/** Cats and dogs of 37 breeds (Oxford-IIIT Pet): 3,680 + 3,669 photographs in colour, resized to `image_size`. */
export interface OxfordPets {
  /** Which dataset. */
  name: 'oxford_pets';
  /** The folder with the published files `annotations.tar.gz` and `images.tar.gz`. Default: downloaded once into the cache. */
  path: string | null;
  image_size: Size;
  /** Part of the training images set aside for validation; stratified (each class in proportion), the same for every `train_fraction`. */
  validation_split: number;
  split: SplitKey;
  /** Part of the remaining training images used, for "would more data help?"; smaller ones are subsets of larger ones. */
  train_fraction: number;
  /** `rescale`: pixel / 255. `standardize`: (pixel − mean) / standard deviation per channel, of the training split. `none`: 0 to 255 as they are. */
  normalization: 'rescale' | 'standardize' | 'none';
  /** Names of the classes whose images are used, in the order of the model's outputs; the others are left out. Default: all. */
  classes: string[] | null;
}
/** Flowers of 102 kinds (Oxford): 1,020 + 1,020 + 6,149 photographs in colour, resized to `image_size`. */
export interface Flowers102 {
  /** Which dataset. */
  name: 'flowers102';
  /** The folder with the published files `102flowers.tgz`, `imagelabels.mat` and `setid.mat`. Default: downloaded once into the cache. */
  path: string | null;
  image_size: Size;
  /** Part of the training images set aside for validation; stratified (each class in proportion), the same for every `train_fraction`. */
  validation_split: number;
  split: SplitKey;
  /** Part of the remaining training images used, for "would more data help?"; smaller ones are subsets of larger ones. */
  train_fraction: number;
  /** `rescale`: pixel / 255. `standardize`: (pixel − mean) / standard deviation per channel, of the training split. `none`: 0 to 255 as they are. */
  normalization: 'rescale' | 'standardize' | 'none';
  /** Names of the classes whose images are used, in the order of the model's outputs; the others are left out. Default: all. */
  classes: string[] | null;
}
/** Handwritten digits and letters in MNIST's format (EMNIST): images of 28×28×1, in one of the ways that its makers have divided them. */
export interface Emnist {
  /** Which dataset; `ablate datasets` says what each holds. */
  name: 'emnist_balanced' | 'emnist_letters' | 'emnist_digits' | 'emnist_byclass' | 'emnist_bymerge';
  /** The published file `gzip.zip`, or the folder with it. Default: downloaded once into the cache. */
  path: string | null;
  /** Part of the training images set aside for validation; stratified (each class in proportion), the same for every `train_fraction`. */
  validation_split: number;
  split: SplitKey;
  /** Part of the remaining training images used, for "would more data help?"; smaller ones are subsets of larger ones. */
  train_fraction: number;
  /** `rescale`: pixel / 255. `standardize`: (pixel − mean) / standard deviation per channel, of the training split. `none`: 0 to 255 as they are. */
  normalization: 'rescale' | 'standardize' | 'none';
  /** Names of the classes whose images are used, in the order of the model's outputs; the others are left out. Default: all. */
  classes: string[] | null;
}
/** Images of medicine (MedMNIST v2): 28×28×1 or 28×28×3, with validation images of their own. */
export interface Medmnist {
  /** Which dataset; `ablate datasets` says what each holds. */
  name:
    | 'pathmnist'
    | 'octmnist'
    | 'pneumoniamnist'
    | 'retinamnist'
    | 'breastmnist'
    | 'bloodmnist'
    | 'tissuemnist'
    | 'organamnist'
    | 'organcmnist'
    | 'organsmnist';
  /** The published file `NAME.npz`, or the folder with it. Default: downloaded once into the cache. */
  path: string | null;
  /** Part of the training images set aside for validation; stratified (each class in proportion), the same for every `train_fraction`. */
  validation_split: number;
  split: SplitKey;
  /** Part of the remaining training images used, for "would more data help?"; smaller ones are subsets of larger ones. */
  train_fraction: number;
  /** `rescale`: pixel / 255. `standardize`: (pixel − mean) / standard deviation per channel, of the training split. `none`: 0 to 255 as they are. */
  normalization: 'rescale' | 'standardize' | 'none';
  /** Names of the classes whose images are used, in the order of the model's outputs; the others are left out. Default: all. */
  classes: string[] | null;
}
/** Any dataset in IDX files (MNIST's format), plain or gzipped. */
export interface Idx {
  /** Which dataset. */
  name: 'idx';
  /** IDX file of the training images, relative to this file. */
  train_images: string;
  /** IDX file of their labels. */
  train_labels: string;
  /** IDX file of the test images. */
  test_images: string;
  /** IDX file of their labels. */
  test_labels: string;
  /** IDX file of the validation images, where they aren't to be drawn from the training images. Default: none given. */
  validation_images: string | null;
  /** IDX file of their labels. */
  validation_labels: string | null;
  /** Part of the training images set aside for validation; stratified (each class in proportion), the same for every `train_fraction`. */
  validation_split: number;
  split: SplitKey;
  /** Part of the remaining training images used, for "would more data help?"; smaller ones are subsets of larger ones. */
  train_fraction: number;
  /** `rescale`: pixel / 255. `standardize`: (pixel − mean) / standard deviation per channel, of the training split. `none`: 0 to 255 as they are. */
  normalization: 'rescale' | 'standardize' | 'none';
  /** Names of the classes whose images are used, in the order of the model's outputs; the others are left out. Default: all. */
  classes: string[] | null;
}
/** Your own images: `train/CLASS/…` beside `test/CLASS/…`, `val/CLASS/…` or both, or `CLASS/…`; JPEG, PNG or WebP. */
export interface ImageFolder {
  /** Which dataset. */
  name: 'image_folder';
  /** The folder, relative to this file. */
  path: string;
  image_size: OptionalSize;
  /** Channels: `rgb` 3, `grayscale` 1 (ITU-R BT.601 on the stored values, as Pillow's mode `L`). */
  color_mode: 'rgb' | 'grayscale';
  background: Background;
  /** Part of the training images set aside for validation; stratified (each class in proportion), the same for every `train_fraction`. */
  validation_split: number;
  split: SplitKey;
  /** Part of the remaining training images used, for "would more data help?"; smaller ones are subsets of larger ones. */
  train_fraction: number;
  /** `rescale`: pixel / 255. `standardize`: (pixel − mean) / standard deviation per channel, of the training split. `none`: 0 to 255 as they are. */
  normalization: 'rescale' | 'standardize' | 'none';
  /** Names of the classes whose images are used, in the order of the model's outputs; the others are left out. Default: all. */
  classes: string[] | null;
}
/** Rows of a CSV file: any of its columns as inputs, one as the target. */
export interface Table {
  /** Which dataset. */
  name: 'table';
  /** The file, relative to this one, of which the test rows are drawn. Or give `train` and `test`. */
  path: string | null;
  /** The file of the training rows, in place of `path`. */
  train: string | null;
  /** The file of the validation rows. Default: they are drawn from the training rows. */
  validation: string | null;
  /** The file of the test rows, beside `train`. */
  test: string | null;
  /** What separates the cells. Default: recognized by the first rows. */
  separator: ',' | ';' | '\t' | '|' | null;
  /** How characters are stored. Default: UTF-8, or UTF-16 where a byte order mark says so. */
  encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'cp1252' | null;
  /** What the model is given: column → its type. */
  inputs: {
    [k: string]: InputConfig;
  };
  target: {
    [k: string]: TargetConfig;
  };
  /** Part of the rows of `path` drawn for the test, the same whatever the seed. */
  test_split: number;
  /** Part of the training images set aside for validation; stratified (each class in proportion), the same for every `train_fraction`. */
  validation_split: number;
  split: TableSplitKey;
  /** Part of the remaining training images used, for "would more data help?"; smaller ones are subsets of larger ones. */
  train_fraction: number;
  /** Names of the classes whose images are used, in the order of the model's outputs; the others are left out. Default: all. */
  classes: string[] | null;
}
/** Images: names of files, from the table's folder on, or files in the table itself (Parquet, tar), JPEG, PNG or WebP; or arrays of pixels (npz). */
export interface ImageInput {
  /** What the values are. */
  type: 'image';
  image_size: Size;
  /** Channels: `rgb` 3, `grayscale` 1. */
  color_mode: 'rgb' | 'grayscale';
  background: Background;
  /** `rescale`: pixel / 255. `standardize`: (pixel − mean) / standard deviation per channel, of the training split. `none`: 0 to 255 as they are. */
  normalization: 'rescale' | 'standardize' | 'none';
}
/** Text, as the numbers of its words or as one vector (Keras TextVectorization, with its names and results). The vocabulary is that of the rows trained on, alone. */
export interface TextInput {
  /** What the values are. */
  type: 'text';
  /** What is changed before the text is split. `lower` changes the letters A to Z alone, as in Keras; `casefold` every letter, as Python's `str.casefold`, and composes it (NFC); `strip_punctuation` removes the punctuation of ASCII. */
  standardize:
    | 'lower_and_strip_punctuation'
    | 'lower'
    | 'strip_punctuation'
    | 'casefold_and_strip_punctuation'
    | 'casefold'
    | null;
  /** What a word is: what stands between white space, or a `character`. */
  split: 'whitespace' | 'character';
  ngrams: Ngrams;
  /** How many different words are known at most, the most frequent ones; padding and unknown words count. Default: all. */
  max_tokens: number | null;
  /** How many words a text has for the model, of `output_mode: int`: shorter ones are padded at their end, longer ones cut. Default: as many as the longest training text. */
  output_sequence_length: number | null;
  /** `int`: the numbers of the words in their order, for an `embedding`; `multi_hot`, `count`, `tf_idf`: a vector of whether, how often, or how tellingly each word stands in the text. */
  output_mode: 'int' | 'multi_hot' | 'count' | 'tf_idf';
  /** The words that are known, in place of those of the training texts; without padding and unknown words. */
  vocabulary: string[] | null;
}
/** Sound: names of files, from the table's folder on, or files in the table itself (Parquet, tar), WAV, FLAC, MP3 or Ogg Vorbis. Several channels are mixed to one. */
export interface AudioInput {
  /** What the values are. */
  type: 'audio';
  /** Samples a second that recordings are resampled to. */
  sampling_rate: number;
  /** Seconds that the model is given of a recording. Shorter ones stand in the middle, with silence about them; of longer ones training takes a part that begins at a random time, validation and test the middle. */
  duration: number;
  /** Seconds that are read of a recording, from its beginning, at least `duration`. Default: all of it. */
  max_duration: number | null;
  /** `standardize`: mean 0 and variance 1 over the rows trained on, of a spectrogram in each mel bin; `none`: samples from −1 to 1, or the spectrogram as it is. */
  normalization: 'standardize' | 'none';
  /** Of a spectrogram: `image` is [mel bins, frames, 1], as Keras's MelSpectrogram with a channel, for `conv2d`; `sequence` is [frames, mel bins], for `conv1d` and attention. A waveform is [samples, 1]. */
  output_mode: 'image' | 'sequence';
  /** Keras MelSpectrogram, with its names and results, computed in the graph. Default: the waveform. */
  mel_spectrogram: MelSpectrogram | null;
}
/** Keras MelSpectrogram, with its names and results, computed in the graph. Default: the waveform. */
export interface MelSpectrogram {
  /** Samples of a Fourier transform. */
  fft_length: number;
  /** Samples from one frame to the next. */
  sequence_stride: number;
  /** Samples under the window, in the middle of a frame. Default: as `fft_length`. */
  sequence_length: number | null;
  /** What each frame is multiplied with. */
  window: 'hann' | 'hamming' | null;
  /** Bands of frequency. */
  num_mel_bins: number;
  /** Where the lowest band begins. */
  min_freq: number;
  /** Where the highest band ends. Default: half of the sampling rate. */
  max_freq: number | null;
  /** Whether the result is in decibels. */
  power_to_db: boolean;
  /** Values further below the greatest of their recording are raised to that. */
  top_db: number;
  /** Power of the magnitudes: 2 for power, 1 for amplitude. */
  mag_exp: number;
  /** Smaller values are raised to this before decibels are taken. */
  min_power: number;
  /** What is 0 decibels. */
  ref_power: number;
}
/** Numbers; a vector of one, or of two with `missing: indicator`. */
export interface NumberInput {
  /** What the values are. */
  type: 'number';
  /** What stands before a number's decimals. A point unless given. */
  decimal?: '.' | ',';
  /** What stands between a number's thousands. Nothing unless given. */
  thousands?: ',' | '.' | ' ' | "'";
  missing: Missing;
  /** `standardize`: mean 0 and variance 1 over the rows trained on (scikit-learn's StandardScaler); `rescale`: from 0 to 1 over these (MinMaxScaler); `log`: standardized ln(1 + x); `none`. */
  normalization: 'standardize' | 'rescale' | 'log' | 'none';
}
/** One of some values, as a vector that is 1 at the value's place and else 0 (one-hot). */
export interface CategoryInput {
  /** What the values are. */
  type: 'category';
  /** The values, in order; any other is 0 everywhere. Default: those of the training and validation rows. */
  categories: string[] | null;
}
/** One of some classes: softmax over them. */
export interface CategoryTarget {
  /** What the values are. */
  type: 'category';
}
/** Yes or no: one output, a sigmoid, the probability of the positive class. */
export interface BinaryTarget {
  /** What the values are. */
  type: 'binary';
  /** The value that counts as yes. Default: the second of the two in order, as 1 is of 0 and 1. */
  positive: string | null;
}
/** Any number of some labels: an output each, a sigmoid, the probability that it applies. */
export interface MultiLabelTarget {
  /** What the values are. */
  type: 'multi_label';
  /** What stands between the labels of a cell. Default: cells are lists, as JSON, JSONL and Parquet have them. */
  separator: string | null;
  /** Columns of 0 and 1, one a label, in place of one column of lists: the target's name is then free. */
  columns: string[] | null;
}
/** A number: one linear output. Several columns of numbers have an output each. They are trained on standardized (mean 0, variance 1 over the rows trained on) and told in their own units. */
export interface NumberTarget {
  /** What the values are. */
  type: 'number';
  /** What stands before a number's decimals. A point unless given. */
  decimal?: '.' | ',';
  /** What stands between a number's thousands. Nothing unless given. */
  thousands?: ',' | '.' | ' ' | "'";
}
/** The class of each pixel of the image beside it: a softmax over the classes at each pixel. Masks are PNG files whose gray values, or places in their palette, are numbers of classes; or arrays of such numbers (npz). They have the size of their image and are resized with it to the nearest pixel. */
export interface MaskTarget {
  /** What the values are. */
  type: 'mask';
  /** Names of the classes in the order of the model's outputs: the first is the background, where there is one. */
  classes: string[];
  /** What stands for each class in the masks, in the order of the classes. Default: 0, 1, 2 and so on. */
  values: number[] | null;
  /** The value of pixels that count neither in the loss nor in the metrics (Keras `ignore_class`): often 255. */
  ignore_class: number | null;
  /** Of masks in colours: the red, green and blue of each class. Default: masks hold numbers. */
  colors: {
    /**
     * @minItems 3
     * @maxItems 3
     */
    [k: string]: [number, number, number];
  } | null;
  /**
   * Of masks in colours: that of pixels that count neither in the loss nor in the metrics.
   *
   * @minItems 3
   * @maxItems 3
   */
  ignore_color: [number, number, number] | null;
}
/** How the rows are divided, where not at random. */
export interface TableSplitConfig {
  /** Cross-validation: so many parts, each class in proportion, each of which validates once while the others are trained on. A sweep runs each variant with each fold for each of its seeds; a single run takes the fold `seed` modulo `folds`. Off unless given. */
  folds: number | null;
  /** A column of whose values none is on two sides: of rows of the same speaker, patient or house all are trained on, or all validate, or all are tested. With `folds`, each fold has whole groups, and is tested in its turn unless test rows are given. Off unless given. */
  group: string | null;
  /** A column of times, by which rows are divided: the newest part (`test_split`) is tested, the newest of the others (`validation_split`) validates. Rows of equal time stay on one side. Off unless given. */
  time: string | null;
  /** A column that says of each row of `path` what it is for: `train`, `validation` (`val`, `valid`, `dev`) or `test`; or words that `train`, `validation` and `test` name. Off unless given. */
  column: string | null;
  /** Words of `column` whose rows are for this, in place of its name. */
  train: (string | number | boolean)[] | null;
  /** Words of `column` whose rows are for this, in place of its name. */
  validation: (string | number | boolean)[] | null;
  /** Words of `column` whose rows are for this, in place of its name. */
  test: (string | number | boolean)[] | null;
}
/** Random changes of the training images, texts or recordings, drawn anew in every step inside the training graph, before normalization, in the order of this list. Each operation is off unless given. */
export interface AugmentationConfig {
  /** Mirrors (Keras RandomFlip). */
  flip: Flip | null;
  /** Rotates about the centre (Keras RandomRotation). */
  rotation: Rotation | null;
  /** Zooms (Keras RandomZoom): 0.2 shows 20 % more (smaller content), −0.2 20 % less. */
  zoom: Zoom | null;
  /** Shears (Keras RandomShear). */
  shear: Shear | null;
  /** Shifts (Keras RandomTranslation). */
  translation: Translation | null;
  /** Pads each side, then cuts the original size out at a random place (as in ResNet's CIFAR training). */
  crop: Crop | null;
  /** Elastic deformation (Simard et al., 2003): each pixel is moved by a random field, smoothed by a Gaussian. Off unless given. */
  elastic?: Elastic | null;
  /** Adds one number to all pixels (Keras RandomBrightness), clipped to 0 to 255. */
  brightness: Brightness | null;
  /** Scales the distance from each channel's mean (Keras RandomContrast), clipped to 0 to 255. */
  contrast: Contrast | null;
  /** Adds Gaussian noise: to each pixel and channel (Keras GaussianNoise), clipped to 0 to 255; or to each sample of sound. */
  noise: Noise | null;
  /** Blanks a square at a random place (DeVries and Taylor, 2017); it may reach beyond the edge. */
  cutout: Cutout | null;
  /** Blends pairs of images or recordings and their labels (Zhang et al., 2018; Keras MixUp). */
  mixup: Mixup | null;
  /** Pastes a rectangle of one image into another and mixes labels by area (Yun et al., 2019). */
  cutmix: Cutmix | null;
  /** Of a text: part of the pairs of neighbouring words that change places (Wei and Zou, 2019). Off unless given. */
  word_swap?: number | null;
  /** Of a text: part of the words that are left out, the others moving up (Wei and Zou, 2019). Off unless given. */
  word_deletion?: number | null;
  /** Of a text: part of the words that become unknown (Iyyer et al., 2015). Off unless given. */
  word_dropout?: number | null;
  /** Of sound: x plays it at a speed from [1 − x, 1 + x], which changes its pitch too (Ko et al., 2015). Off unless given. */
  speed?: number | null;
  /** Of sound: x moves it by up to so much of the duration, to either side; silence follows. Off unless given. */
  time_shift?: number | null;
  /** Of sound: x makes it louder or softer by up to so many decibels. Off unless given. */
  gain?: number | null;
  /** Of a spectrogram: frames in a row of a random number, up to this part of all, become the mean (SpecAugment, Park et al., 2019). Off unless given. */
  time_masking?: number | null;
  /** Of a spectrogram: mel bins in a row of a random number, up to this part of all, become the mean (SpecAugment, Park et al., 2019). Off unless given. */
  frequency_masking?: number | null;
}
/** Mirrors (Keras RandomFlip). */
export interface Flip {
  /** `horizontal`: left and right; `vertical`: up and down. */
  mode: 'horizontal' | 'vertical' | 'horizontal_and_vertical';
  /** Probability of each mirroring. */
  probability: number;
}
/** Rotates about the centre (Keras RandomRotation). */
export interface Rotation {
  factor: SymmetricFactor;
  /** Part of the images that are changed. */
  probability: number;
  /** What stands beyond the edge: `reflect` (d c b a | a b c d | d c b a), `constant` (fill_value), `nearest` (the edge), `wrap` (the other side). */
  fill_mode: 'reflect' | 'constant' | 'nearest' | 'wrap';
  /** Value beyond the edge for `fill_mode: constant`, on the scale 0 to 255. */
  fill_value: number;
  /** How pixels are read between pixels. */
  interpolation: 'bilinear' | 'nearest';
}
/** Zooms (Keras RandomZoom): 0.2 shows 20 % more (smaller content), −0.2 20 % less. */
export interface Zoom {
  height_factor: SymmetricFactor;
  width_factor: OptionalFactor;
  /** Part of the images that are changed. */
  probability: number;
  /** What stands beyond the edge: `reflect` (d c b a | a b c d | d c b a), `constant` (fill_value), `nearest` (the edge), `wrap` (the other side). */
  fill_mode: 'reflect' | 'constant' | 'nearest' | 'wrap';
  /** Value beyond the edge for `fill_mode: constant`, on the scale 0 to 255. */
  fill_value: number;
  /** How pixels are read between pixels. */
  interpolation: 'bilinear' | 'nearest';
}
/** Shears (Keras RandomShear). */
export interface Shear {
  x_factor: PositiveFactor;
  y_factor: PositiveFactor;
  /** Part of the images that are changed. */
  probability: number;
  /** What stands beyond the edge: `reflect` (d c b a | a b c d | d c b a), `constant` (fill_value), `nearest` (the edge), `wrap` (the other side). */
  fill_mode: 'reflect' | 'constant' | 'nearest' | 'wrap';
  /** Value beyond the edge for `fill_mode: constant`, on the scale 0 to 255. */
  fill_value: number;
  /** How pixels are read between pixels. */
  interpolation: 'bilinear' | 'nearest';
}
/** Shifts (Keras RandomTranslation). */
export interface Translation {
  height_factor: SymmetricFactor;
  width_factor: SymmetricFactor;
  /** Part of the images that are changed. */
  probability: number;
  /** What stands beyond the edge: `reflect` (d c b a | a b c d | d c b a), `constant` (fill_value), `nearest` (the edge), `wrap` (the other side). */
  fill_mode: 'reflect' | 'constant' | 'nearest' | 'wrap';
  /** Value beyond the edge for `fill_mode: constant`, on the scale 0 to 255. */
  fill_value: number;
  /** How pixels are read between pixels. */
  interpolation: 'bilinear' | 'nearest';
}
/** Pads each side, then cuts the original size out at a random place (as in ResNet's CIFAR training). */
export interface Crop {
  /** Pixels added on each side. */
  padding: number;
  /** Part of the images that are changed. */
  probability: number;
  /** What stands beyond the edge: `reflect` (d c b a | a b c d | d c b a), `constant` (fill_value), `nearest` (the edge), `wrap` (the other side). */
  fill_mode: 'reflect' | 'constant' | 'nearest' | 'wrap';
  /** Value beyond the edge for `fill_mode: constant`, on the scale 0 to 255. */
  fill_value: number;
}
/** Elastic deformation (Simard et al., 2003): each pixel is moved by a random field, smoothed by a Gaussian. Off unless given. */
export interface Elastic {
  /** How strong it is: the smoothed field, from −1 to 1 before, times this are pixels. */
  alpha: number;
  /** Standard deviation of the Gaussian in pixels: the larger, the more alike are the ways of neighbours. */
  sigma: number;
  /** Part of the images that are changed. */
  probability: number;
  /** What stands beyond the edge: `reflect` (d c b a | a b c d | d c b a), `constant` (fill_value), `nearest` (the edge), `wrap` (the other side). */
  fill_mode: 'reflect' | 'constant' | 'nearest' | 'wrap';
  /** Value beyond the edge for `fill_mode: constant`, on the scale 0 to 255. */
  fill_value: number;
  /** How pixels are read between pixels. */
  interpolation: 'bilinear' | 'nearest';
}
/** Adds one number to all pixels (Keras RandomBrightness), clipped to 0 to 255. */
export interface Brightness {
  factor: SymmetricFactor;
  /** Part of the images that are changed. */
  probability: number;
}
/** Scales the distance from each channel's mean (Keras RandomContrast), clipped to 0 to 255. */
export interface Contrast {
  factor: PositiveFactor;
  /** Part of the images that are changed. */
  probability: number;
}
/** Adds Gaussian noise: to each pixel and channel (Keras GaussianNoise), clipped to 0 to 255; or to each sample of sound. */
export interface Noise {
  /** Standard deviation as a fraction of 255, of sound of full scale. */
  stddev?: number | null;
  snr?: Snr;
  /** Part of the images that are changed. */
  probability: number;
}
/** Blanks a square at a random place (DeVries and Taylor, 2017); it may reach beyond the edge. */
export interface Cutout {
  size: Size;
  /** Value inside, on the scale 0 to 255. */
  fill_value: number;
  /** Part of the images that are changed. */
  probability: number;
}
/** Blends pairs of images or recordings and their labels (Zhang et al., 2018; Keras MixUp). */
export interface Mixup {
  /** The blend is drawn from Beta(alpha, alpha). */
  alpha: number;
  /** Part of the batches that are blended. */
  probability: number;
}
/** Pastes a rectangle of one image into another and mixes labels by area (Yun et al., 2019). */
export interface Cutmix {
  /** The kept area is drawn from Beta(alpha, alpha). */
  alpha: number;
  /** Part of the batches that are mixed. */
  probability: number;
}
/** The network: defaults that every layer inherits, then `layers` or the short form `blocks` + `dense_units`. */
export interface ModelConfig {
  kernel_size: Size;
  /** Padding of every convolution that doesn't say otherwise. */
  padding: 'valid' | 'same';
  /** What every `pooling2d`, `pooling1d` and `global_pooling1d` does that doesn't say otherwise: `strided` keeps every stride-th pixel (the convolution before it gets a stride, in effect), `none` leaves the layer out; these two are nothing for `global_pooling1d`. */
  pooling: 'max' | 'average' | 'strided' | 'none';
  activation: ActivationConfig;
  kernel_initializer: InitializerConfig;
  kernel_regularizer: RegularizerConfig;
  /** Batch normalization in every hidden convolution and dense layer that doesn't say otherwise, before the activation. */
  batch_normalization: boolean;
  /** Dropout after every hidden convolution and dense layer that doesn't say otherwise. */
  dropout: number;
  /** The layers from input to output; the last `dense`, of masks the last `conv2d`, is the output layer. These or `blocks` are required. */
  layers: LayerConfig[];
}
/** x for x > 0, negative_slope · x below. */
export interface LeakyRelu {
  /** Which function. */
  name: 'leaky_relu';
  /** Slope below zero. */
  negative_slope: number;
}
/** x for x > 0, alpha · (exp(x) − 1) below. */
export interface Elu {
  /** Which function. */
  name: 'elu';
  /** Limit below zero, negated. */
  alpha: number;
}
/** x · Φ(x) with Φ the standard normal distribution function. */
export interface Gelu {
  /** Which function. */
  name: 'gelu';
  /** Uses the approximation by tanh. */
  approximate: boolean;
}
/** x for x > 0, alpha · x below, alpha trained from 0 (Keras PReLU). */
export interface Prelu {
  /** Which function. */
  name: 'prelu';
  /** Axes over which alpha is shared; [1, 2]: one alpha per channel. Default: none. */
  shared_axes: number[] | null;
}
/** A random orthogonal matrix. */
export interface Orthogonal {
  /** Which function. */
  name: 'orthogonal';
  /** Factor. */
  gain: number;
}
/** A normal distribution. */
export interface RandomNormal {
  /** Which function. */
  name: 'random_normal';
  /** Mean. */
  mean: number;
  /** Standard deviation. */
  stddev: number;
}
/** A normal distribution, redrawn beyond two standard deviations. */
export interface TruncatedNormal {
  /** Which function. */
  name: 'truncated_normal';
  /** Mean. */
  mean: number;
  /** Standard deviation. */
  stddev: number;
}
/** A uniform distribution. */
export interface RandomUniform {
  /** Which function. */
  name: 'random_uniform';
  /** Lower bound. */
  minval: number;
  /** Upper bound. */
  maxval: number;
}
/** Variance scale / n, with n by `mode` (Keras VarianceScaling). */
export interface VarianceScaling {
  /** Which function. */
  name: 'variance_scaling';
  /** Factor. */
  scale: number;
  /** What n is: inputs, outputs or their mean. */
  mode: 'fan_in' | 'fan_out' | 'fan_avg';
  /** Shape of the distribution. */
  distribution: 'truncated_normal' | 'untruncated_normal' | 'uniform';
}
/** One value everywhere. */
export interface Constant {
  /** Which function. */
  name: 'constant';
  /** The value. */
  value: number;
}
/** Penalty added to the loss: l1 · Σ|w| + l2 · Σw² (Keras L1L2). */
export interface RegularizerConfig {
  /** Factor of the sum of absolute values. */
  l1: number;
  /** Factor of the sum of squares. */
  l2: number;
}
/** 2-D convolution (Keras Conv2D), then batch normalization, activation and dropout where asked for. */
export interface Conv2D {
  /** Kind of layer. */
  type: 'conv2d';
  /** Name of the layer and its weights, unique in the model. Default as in Keras: the type, numbered from the second of its kind on. */
  name: string;
  /** Number of output channels. Default, in the output layer of masks only: the classes. */
  filters?: number;
  kernel_size: Size;
  strides: Size;
  /** `valid` uses only pixels inside the image, `same` pads with zeros so that stride 1 keeps the size. Default: `model.padding`. */
  padding: 'valid' | 'same';
  dilation_rate: Size;
  /** Groups of channels that are convolved apart; must divide both input channels and filters. */
  groups: number;
  activation: ActivationConfig;
  /** Adds a bias. Default: true, except where batch normalization follows, whose offset takes its place. */
  use_bias: boolean;
  kernel_initializer: InitializerConfig;
  bias_initializer: InitializerConfig;
  kernel_regularizer: RegularizerConfig;
  /** Batch normalization between the linear part and the activation. Default: `model.batch_normalization`; not in the output layer. */
  batch_normalization: boolean;
  /** Part of the output that is dropped in training, after the activation. Default: `model.dropout`; 0 in the output layer. */
  dropout: number;
  /** Whether the weights are trained; false freezes them. */
  trainable: boolean;
}
/** Convolution of each channel by itself (Keras DepthwiseConv2D). */
export interface DepthwiseConv2D {
  /** Kind of layer. */
  type: 'depthwise_conv2d';
  /** Name of the layer and its weights, unique in the model. Default as in Keras: the type, numbered from the second of its kind on. */
  name: string;
  kernel_size: Size;
  strides: Size;
  /** `valid` uses only pixels inside the image, `same` pads with zeros so that stride 1 keeps the size. Default: `model.padding`. */
  padding: 'valid' | 'same';
  dilation_rate: Size;
  /** Output channels per input channel. */
  depth_multiplier: number;
  activation: ActivationConfig;
  /** Adds a bias. Default: true, except where batch normalization follows, whose offset takes its place. */
  use_bias: boolean;
  kernel_initializer: InitializerConfig;
  bias_initializer: InitializerConfig;
  kernel_regularizer: RegularizerConfig;
  /** Batch normalization between the linear part and the activation. Default: `model.batch_normalization`; not in the output layer. */
  batch_normalization: boolean;
  /** Part of the output that is dropped in training, after the activation. Default: `model.dropout`; 0 in the output layer. */
  dropout: number;
  /** Whether the weights are trained; false freezes them. */
  trainable: boolean;
}
/** Depthwise convolution followed by a 1×1 one (Keras SeparableConv2D). Initializer and regularizer hold for both kernels. */
export interface SeparableConv2D {
  /** Kind of layer. */
  type: 'separable_conv2d';
  /** Name of the layer and its weights, unique in the model. Default as in Keras: the type, numbered from the second of its kind on. */
  name: string;
  /** Number of output channels. */
  filters: number;
  kernel_size: Size;
  strides: Size;
  /** `valid` uses only pixels inside the image, `same` pads with zeros so that stride 1 keeps the size. Default: `model.padding`. */
  padding: 'valid' | 'same';
  dilation_rate: Size;
  /** Depthwise output channels per input channel. */
  depth_multiplier: number;
  activation: ActivationConfig;
  /** Adds a bias. Default: true, except where batch normalization follows, whose offset takes its place. */
  use_bias: boolean;
  kernel_initializer: InitializerConfig;
  bias_initializer: InitializerConfig;
  kernel_regularizer: RegularizerConfig;
  /** Batch normalization between the linear part and the activation. Default: `model.batch_normalization`; not in the output layer. */
  batch_normalization: boolean;
  /** Part of the output that is dropped in training, after the activation. Default: `model.dropout`; 0 in the output layer. */
  dropout: number;
  /** Whether the weights are trained; false freezes them. */
  trainable: boolean;
}
/** Convolution along a sequence (Keras Conv1D), then batch normalization, activation and dropout where asked for. */
export interface Conv1D {
  /** Kind of layer. */
  type: 'conv1d';
  /** Name of the layer and its weights, unique in the model. Default as in Keras: the type, numbered from the second of its kind on. */
  name: string;
  /** Number of output channels. */
  filters: number;
  /** Length of the kernel in steps. Default: `model.kernel_size`. */
  kernel_size: number;
  /** Step of the kernel. */
  strides: number;
  /** `valid` uses only steps inside the sequence, `same` pads with zeros so that stride 1 keeps the length. Default: `model.padding`. */
  padding: 'valid' | 'same';
  /** Spacing between kernel elements (dilated convolution). */
  dilation_rate: number;
  activation: ActivationConfig;
  /** Adds a bias. Default: true, except where batch normalization follows, whose offset takes its place. */
  use_bias: boolean;
  kernel_initializer: InitializerConfig;
  bias_initializer: InitializerConfig;
  kernel_regularizer: RegularizerConfig;
  /** Batch normalization between the linear part and the activation. Default: `model.batch_normalization`; not in the output layer. */
  batch_normalization: boolean;
  /** Part of the output that is dropped in training, after the activation. Default: `model.dropout`; 0 in the output layer. */
  dropout: number;
  /** Whether the weights are trained; false freezes them. */
  trainable: boolean;
}
/** Depthwise convolution along a sequence followed by one of a single step (Keras SeparableConv1D). Initializer and regularizer hold for both kernels. */
export interface SeparableConv1D {
  /** Kind of layer. */
  type: 'separable_conv1d';
  /** Name of the layer and its weights, unique in the model. Default as in Keras: the type, numbered from the second of its kind on. */
  name: string;
  /** Number of output channels. */
  filters: number;
  /** Length of the kernel in steps. Default: `model.kernel_size`. */
  kernel_size: number;
  /** Step of the kernel. */
  strides: number;
  /** `valid` uses only steps inside the sequence, `same` pads with zeros so that stride 1 keeps the length. Default: `model.padding`. */
  padding: 'valid' | 'same';
  /** Spacing between kernel elements (dilated convolution). */
  dilation_rate: number;
  /** Depthwise output channels per input channel. */
  depth_multiplier: number;
  activation: ActivationConfig;
  /** Adds a bias. Default: true, except where batch normalization follows, whose offset takes its place. */
  use_bias: boolean;
  kernel_initializer: InitializerConfig;
  bias_initializer: InitializerConfig;
  kernel_regularizer: RegularizerConfig;
  /** Batch normalization between the linear part and the activation. Default: `model.batch_normalization`; not in the output layer. */
  batch_normalization: boolean;
  /** Part of the output that is dropped in training, after the activation. Default: `model.dropout`; 0 in the output layer. */
  dropout: number;
  /** Whether the weights are trained; false freezes them. */
  trainable: boolean;
}
/** Transposed convolution, which makes an image larger by its strides (Keras Conv2DTranspose), then batch normalization, activation and dropout where asked for. */
export interface Conv2DTranspose {
  /** Kind of layer. */
  type: 'conv2d_transpose';
  /** Name of the layer and its weights, unique in the model. Default as in Keras: the type, numbered from the second of its kind on. */
  name: string;
  /** Number of output channels. */
  filters: number;
  kernel_size: Size;
  strides: Size;
  /** `same` makes an output of exactly `strides` times the size, `valid` keeps all that the kernel reaches beyond it. Default: `model.padding`. */
  padding: 'valid' | 'same';
  activation: ActivationConfig;
  /** Adds a bias. Default: true, except where batch normalization follows, whose offset takes its place. */
  use_bias: boolean;
  kernel_initializer: InitializerConfig;
  bias_initializer: InitializerConfig;
  kernel_regularizer: RegularizerConfig;
  /** Batch normalization between the linear part and the activation. Default: `model.batch_normalization`; not in the output layer. */
  batch_normalization: boolean;
  /** Part of the output that is dropped in training, after the activation. Default: `model.dropout`; 0 in the output layer. */
  dropout: number;
  /** Whether the weights are trained; false freezes them. */
  trainable: boolean;
}
/** Pooling (Keras MaxPooling2D, AveragePooling2D). */
export interface Pooling2D {
  /** Kind of layer. */
  type: 'pooling2d';
  /** Name of the layer and its weights, unique in the model. Default as in Keras: the type, numbered from the second of its kind on. */
  name: string;
  /** `max`, `average`, `strided` (keeps every stride-th pixel) or `none` (the layer is left out). Default: `model.pooling`. */
  pooling: 'max' | 'average' | 'strided' | 'none';
  pool_size: Size;
  strides: Size;
  /** `same` also pools the incomplete windows at the edges. */
  padding: 'valid' | 'same';
}
/** Pools each channel to one number (Keras GlobalAveragePooling2D, GlobalMaxPooling2D). */
export interface GlobalPooling2D {
  /** Kind of layer. */
  type: 'global_pooling2d';
  /** Name of the layer and its weights, unique in the model. Default as in Keras: the type, numbered from the second of its kind on. */
  name: string;
  /** What is kept of each channel. */
  pooling: 'average' | 'max';
}
/** Pooling along a sequence (Keras MaxPooling1D, AveragePooling1D). */
export interface Pooling1D {
  /** Kind of layer. */
  type: 'pooling1d';
  /** Name of the layer and its weights, unique in the model. Default as in Keras: the type, numbered from the second of its kind on. */
  name: string;
  /** `max`, `average`, `strided` (keeps every stride-th step) or `none` (the layer is left out). Default: `model.pooling`. */
  pooling: 'max' | 'average' | 'strided' | 'none';
  /** Length of the window in steps. */
  pool_size: number;
  /** Step of the window. Default: `pool_size`. */
  strides: number;
  /** `same` also pools the incomplete windows at the ends. */
  padding: 'valid' | 'same';
}
/** Pools each channel of a sequence to one number (Keras GlobalMaxPooling1D, GlobalAveragePooling1D): max over time (Kim, 2014) or the average, of which padding is no part where the embedding has `mask_zero`. */
export interface GlobalPooling1D {
  /** Kind of layer. */
  type: 'global_pooling1d';
  /** Name of the layer and its weights, unique in the model. Default as in Keras: the type, numbered from the second of its kind on. */
  name: string;
  /** `max` or `average`: what is kept of each channel. Default: `model.pooling`. */
  pooling: 'max' | 'average';
}
/** Normalizes each channel over the batch (Keras BatchNormalization). */
export interface BatchNormalization {
  /** Kind of layer. */
  type: 'batch_normalization';
  /** Name of the layer and its weights, unique in the model. Default as in Keras: the type, numbered from the second of its kind on. */
  name: string;
  /** Momentum of the moving averages. */
  momentum: number;
  /** Small constant that keeps the denominator from zero. */
  epsilon: number;
  /** Adds a trained offset (beta). */
  center: boolean;
  /** Multiplies by a trained factor (gamma). */
  scale: boolean;
  /** Whether the weights are trained; false freezes them. */
  trainable: boolean;
}
/** Normalizes each sample over its last axis (Keras LayerNormalization). */
export interface LayerNormalization {
  /** Kind of layer. */
  type: 'layer_normalization';
  /** Name of the layer and its weights, unique in the model. Default as in Keras: the type, numbered from the second of its kind on. */
  name: string;
  /** Small constant that keeps the denominator from zero. */
  epsilon: number;
  /** Adds a trained offset (beta). */
  center: boolean;
  /** Multiplies by a trained factor (gamma). */
  scale: boolean;
  /** Whether the weights are trained; false freezes them. */
  trainable: boolean;
}
/** Sets a random part of the inputs to zero in training and scales the rest by 1 / (1 − rate) (Keras Dropout). */
export interface Dropout {
  /** Kind of layer. */
  type: 'dropout';
  /** Name of the layer and its weights, unique in the model. Default as in Keras: the type, numbered from the second of its kind on. */
  name: string;
  /** Part that is dropped. */
  rate: number;
}
/** Dropout of whole channels (Keras SpatialDropout2D). */
export interface SpatialDropout2D {
  /** Kind of layer. */
  type: 'spatial_dropout2d';
  /** Name of the layer and its weights, unique in the model. Default as in Keras: the type, numbered from the second of its kind on. */
  name: string;
  /** Part of the channels that is dropped. */
  rate: number;
}
/** Zeros around an image (Keras ZeroPadding2D). */
export interface ZeroPadding2D {
  /** Kind of layer. */
  type: 'zero_padding2d';
  /** Name of the layer and its weights, unique in the model. Default as in Keras: the type, numbered from the second of its kind on. */
  name: string;
  padding: ImageSides;
}
/** Cuts the edges of an image off (Keras Cropping2D). */
export interface Cropping2D {
  /** Kind of layer. */
  type: 'cropping2d';
  /** Name of the layer and its weights, unique in the model. Default as in Keras: the type, numbered from the second of its kind on. */
  name: string;
  cropping: ImageSides;
}
/** Makes an image larger by whole factors, without weights (Keras UpSampling2D). */
export interface Upsampling2D {
  /** Kind of layer. */
  type: 'upsampling2d';
  /** Name of the layer and its weights, unique in the model. Default as in Keras: the type, numbered from the second of its kind on. */
  name: string;
  size: Size;
  /** `nearest` repeats each pixel, `bilinear` interpolates between their centers. */
  interpolation: 'nearest' | 'bilinear';
}
/** Makes one vector of the image (Keras Flatten); stands before the first dense layer. */
export interface Flatten {
  /** Kind of layer. */
  type: 'flatten';
  /** Name of the layer and its weights, unique in the model. Default as in Keras: the type, numbered from the second of its kind on. */
  name: string;
}
/** A vector for each word of a text (Keras Embedding); stands first. */
export interface Embedding {
  /** Kind of layer. */
  type: 'embedding';
  /** Name of the layer and its weights, unique in the model. Default as in Keras: the type, numbered from the second of its kind on. */
  name: string;
  /** How many different words there are vectors for, padding and unknown words included. Default: as many as the text has. */
  input_dim?: number;
  /** Length of a vector. */
  output_dim: number;
  /** A text file of vectors to begin with, as GloVe, word2vec and fastText write them: a word and its numbers a line. Words that it lacks are drawn. */
  vectors?: string;
  embeddings_initializer: InitializerConfig;
  embeddings_regularizer: RegularizerConfig;
  /** Whether padding is left out of averages and of attention. */
  mask_zero: boolean;
  /** Whether the weights are trained; false freezes them. */
  trainable: boolean;
}
/** Adds a trained vector for each place of the sequence to what stands there (KerasHub PositionEmbedding, added to its input). */
export interface PositionEmbedding {
  /** Kind of layer. */
  type: 'position_embedding';
  /** Name of the layer and its weights, unique in the model. Default as in Keras: the type, numbered from the second of its kind on. */
  name: string;
  embeddings_initializer: InitializerConfig;
  /** Whether the weights are trained; false freezes them. */
  trainable: boolean;
}
/** Each step of a sequence looks at all others (Vaswani et al., 2017; Keras MultiHeadAttention of a sequence with itself). Padding is left out where the embedding has `mask_zero`. */
export interface MultiHeadAttention {
  /** Kind of layer. */
  type: 'multi_head_attention';
  /** Name of the layer and its weights, unique in the model. Default as in Keras: the type, numbered from the second of its kind on. */
  name: string;
  /** How many looks there are side by side. */
  num_heads: number;
  /** Length of each look's queries and keys. */
  key_dim: number;
  /** Length of each look's values. Default: `key_dim`. */
  value_dim: number | null;
  /** Part of the looks that are dropped in training. */
  dropout: number;
  /** Adds a bias to queries, keys, values and the output. */
  use_bias: boolean;
  kernel_initializer: InitializerConfig;
  bias_initializer: InitializerConfig;
  kernel_regularizer: RegularizerConfig;
  /** Whether the weights are trained; false freezes them. */
  trainable: boolean;
}
/** Fully connected layer (Keras Dense), then batch normalization, activation and dropout where asked for. */
export interface Dense {
  /** Kind of layer. */
  type: 'dense';
  /** Name of the layer and its weights, unique in the model. Default as in Keras: the type, numbered from the second of its kind on. */
  name: string;
  /** Number of outputs. Default, in the output layer only: the dataset's classes. */
  units?: number;
  activation: ActivationConfig;
  /** Adds a bias. Default: true, except where batch normalization follows, whose offset takes its place. */
  use_bias: boolean;
  kernel_initializer: InitializerConfig;
  bias_initializer: InitializerConfig;
  kernel_regularizer: RegularizerConfig;
  /** Batch normalization between the linear part and the activation. Default: `model.batch_normalization`; not in the output layer. */
  batch_normalization: boolean;
  /** Part of the output that is dropped in training, after the activation. Default: `model.dropout`; 0 in the output layer. */
  dropout: number;
  /** Whether the weights are trained; false freezes them. */
  trainable: boolean;
}
/** An activation as a layer of its own (Keras Activation). */
export interface ActivationLayer {
  /** Kind of layer. */
  type: 'activation';
  /** Name of the layer and its weights, unique in the model. Default as in Keras: the type, numbered from the second of its kind on. */
  name: string;
  activation: ActivationConfig;
}
/** Adds the input (the shortcut) to the output of its layers, or puts it beside it, then the activation (He et al., 2016; Ronneberger et al., 2015). Its last layer is usually `activation: linear`. */
export interface Residual {
  /** Kind of layer. */
  type: 'residual';
  /** Name of the layer and its weights, unique in the model. Default as in Keras: the type, numbered from the second of its kind on. */
  name: string;
  /** The layers of the main path. */
  layers: LayerConfig[];
  /** `add`: number by number; `concatenate`: the output's channels, then the input's. */
  merge: 'add' | 'concatenate';
  /** `identity`: the input as it is; `projection`: a 1×1 convolution to the new shape; `auto`: identity where the shapes agree (with `concatenate`, heights and widths), else projection. */
  shortcut: 'auto' | 'identity' | 'projection';
  activation: ActivationConfig;
  kernel_initializer: InitializerConfig;
  kernel_regularizer: RegularizerConfig;
  /** Batch normalization after the projection. Default: `model.batch_normalization`. */
  batch_normalization: boolean;
  /** Whether the weights are trained; false freezes them. */
  trainable: boolean;
}
/** Branches side by side, all of the same input, and their outputs merged. */
export interface Parallel {
  /** Kind of layer. */
  type: 'parallel';
  /** Name of the layer and its weights, unique in the model. Default as in Keras: the type, numbered from the second of its kind on. */
  name: string;
  /** The layers of each branch; an empty list passes the input on. These, or `layers` with `each`, are required. */
  branches: LayerConfig[][];
  /** How the outputs become one (Keras Concatenate, Add, Multiply, Maximum, Average): side by side along the last axis, or number by number. */
  merge: 'concatenate' | 'add' | 'multiply' | 'maximum' | 'average';
}
/** What a model begins with that has several inputs: `model.inputs`, `model.merge` and `model.use_inputs` written out. Only the first layer can be one. */
export interface InputsLayer {
  /** Kind of layer. */
  type: 'inputs';
  /** Name of the layer and its weights, unique in the model. Default as in Keras: the type, numbered from the second of its kind on. */
  name: string;
  /** As `model.inputs`. */
  towers: {
    [k: string]: Tower;
  };
  /** How the outputs of the towers become one. */
  merge: 'concatenate' | 'add' | 'multiply' | 'maximum' | 'average';
  /** As `model.use_inputs`. */
  use: string[] | null;
}
/** The layers of an input of its own. */
export interface Tower {
  /** Which columns it takes: one of any type, or several numbers and categories side by side. Default: the one of its name. */
  columns: string[] | null;
  /** Its layers; none pass the input on. */
  layers: LayerConfig[];
}
/** How the model is trained. */
export interface TrainingConfig {
  optimizer: OptimizerConfig;
  learning_rate_schedule: LearningRateScheduleConfig;
  /** `sparse_categorical_crossentropy`: −log of the probability given to the true class. `mean_squared_error`: against the one-hot label, or the number. `binary_crossentropy`: of a binary target, and of labels, their mean. `categorical_focal_crossentropy`, `binary_focal_crossentropy`: the same, of examples that the model is sure of less (see `focal`). `mean_absolute_error` and `huber` (Keras, delta 1): of a number, standardized. Of a mask, the mean over its pixels, or `dice` (1 − the Dice coefficient, the mean over the classes of each image), `dice_crossentropy` (their sum), `tversky` (see `tversky`). A target of another type than `category` has a loss of its own in place of the default: `binary_crossentropy`, `mean_squared_error`. */
  loss:
    | 'sparse_categorical_crossentropy'
    | 'mean_squared_error'
    | 'binary_crossentropy'
    | 'mean_absolute_error'
    | 'huber'
    | 'categorical_focal_crossentropy'
    | 'binary_focal_crossentropy'
    | 'dice'
    | 'dice_crossentropy'
    | 'tversky';
  /** What is measured on the validation and test images besides the loss. `top_5_accuracy` is how often the true class is among the 5 most probable (any number will do); precision, recall and F1 are macro averages; `confusion_matrix` is of the test images; `robust_accuracy` is the mean accuracy of the final weights on images with noise, blur, rotation, shift or little contrast. Of a binary target `auc` (of the ROC curve) and `average_precision`; of labels `f1_score`, `micro_f1_score` and `mean_average_precision`; of a number `mean_absolute_error`, `root_mean_squared_error` and `r2_score`; of a mask `dice`, `mean_iou` and `pixel_accuracy`: these are the default there. */
  metrics: string[];
  /** Images per step. */
  batch_size: number;
  /** Passes over the training images, at most. */
  epochs: number;
  /** Stops when a metric no longer improves (Keras EarlyStopping). Off unless given. */
  early_stopping: EarlyStoppingConfig | null;
  /** Part of the label that is spread evenly over all classes. */
  label_smoothing: number;
  /** Bounds the gradients; one of the three (Keras optimizer arguments). Off unless given. */
  gradient_clipping: GradientClippingConfig | null;
  /** `balanced` (samples / (classes · samples of the class)), or the weight of each class in the loss by name or number; 1 where not given. Of labels: of those that apply, by label. Off unless given. */
  class_weight:
    | ({
        [k: string]: number;
      } | null)
    | 'balanced';
  /** `balanced`: examples of smaller classes are repeated in each epoch, until each class has as many as the largest. Off unless given. */
  oversampling?: 'balanced' | null;
  /** The probability above which a binary target or a label is taken for yes; `f1_score`, `balanced_accuracy`: chosen after training, of each label by itself, so that this is the greatest on the validation rows. It is kept with the model, and the test, `evaluate` and `predict` go by it. 0.5 unless given. */
  threshold?: (number | null) | ('f1_score' | 'balanced_accuracy');
  /** How the focal losses weigh examples: by (1 − p)^gamma, p being the probability of what is true. Without it as Keras does unless told: gamma 2; alpha 0.25 of classes, none of a binary target and labels. */
  focal?: FocalConfig | null;
  /** What the loss `tversky` of masks makes of pixels that are wrong. Without it as Salehi et al. (2017): alpha 0.3, beta 0.7. */
  tversky?: TverskyConfig | null;
  /** Arithmetic of the matrix products; weights stay float32. */
  precision: 'float32' | 'bfloat16';
  /** Seed of everything random: split, weights, order, augmentation, dropout; `seeds` gives one of them another. */
  seed: number;
  /** Seeds of single sources of chance, which then stay as they are whatever `seed` is. Default: `seed` for all. */
  seeds: SourceSeedsConfig | null;
  /** What training starts from: the name of an experiment (its newest finished run), a run's id, the folder of a run or a model (a path has a slash), or a model in MLflow: `models:/NAME/VERSION`, `models:/NAME@ALIAS`, `runs:/ID/model`. Each layer takes the weights of the layer of its name, if all their shapes agree. Default: drawn by the initializers. */
  initial_weights: string | null;
  /** Names of the layers that are trained (`*` stands for any letters), the rest is frozen. Default: each layer's own `trainable`. */
  trainable: string[] | null;
  /** Epoch → names of the layers (`*` stands for any letters) that are trained from that epoch on, besides those that are already. Off unless given. */
  unfreeze: {
    [k: string]: string[];
  } | null;
  /** Magnitude pruning: before training, the smallest weights of each kernel become zero, and stay so; with `initial_weights` training then makes up for what was cut. Off unless given. */
  pruning: PruningConfig | null;
  /** Name of a layer (`*` stands for any letters) → what the learning rate of its weights is multiplied by; 1 where not given. Off unless given. */
  learning_rate_multipliers: {
    [k: string]: number;
  } | null;
}
/** Stochastic gradient descent (Keras SGD). */
export interface Sgd {
  /** Which optimizer. */
  name: 'sgd';
  /** Step size, or the peak that the schedule scales. Must suit the optimizer more than anything else. */
  learning_rate: number;
  /** Part of the last step that is kept. */
  momentum: number;
  /** Nesterov momentum. */
  nesterov: boolean;
}
/** Adagrad (Duchi et al., 2011; Keras Adagrad). */
export interface Adagrad {
  /** Which optimizer. */
  name: 'adagrad';
  /** Step size, or the peak that the schedule scales. Must suit the optimizer more than anything else. */
  learning_rate: number;
  /** Start of the sum of squared gradients. */
  initial_accumulator_value: number;
  /** Small constant that keeps the denominator from zero. */
  epsilon: number;
}
/** Adadelta (Zeiler, 2012; Keras Adadelta). The paper's learning rate is 1. */
export interface Adadelta {
  /** Which optimizer. */
  name: 'adadelta';
  /** Step size, or the peak that the schedule scales. Must suit the optimizer more than anything else. */
  learning_rate: number;
  /** Decay rate of the averages. */
  rho: number;
  /** Small constant that keeps the denominator from zero. */
  epsilon: number;
}
/** RMSprop (Tieleman and Hinton, 2012; Keras RMSprop). */
export interface Rmsprop {
  /** Which optimizer. */
  name: 'rmsprop';
  /** Step size, or the peak that the schedule scales. Must suit the optimizer more than anything else. */
  learning_rate: number;
  /** Decay rate of the mean squared gradient. */
  rho: number;
  /** Part of the last step that is kept. */
  momentum: number;
  /** Small constant that keeps the denominator from zero. */
  epsilon: number;
  /** Divides by the variance rather than the mean square. */
  centered: boolean;
}
/** Adam (Kingma and Ba, 2015; Keras Adam). */
export interface Adam {
  /** Which optimizer. */
  name: 'adam';
  /** Step size, or the peak that the schedule scales. Must suit the optimizer more than anything else. */
  learning_rate: number;
  /** Decay rate of the first moment (mean of the gradient). */
  beta_1: number;
  /** Decay rate of the second moment (mean of the squared gradient). */
  beta_2: number;
  /** Small constant that keeps the denominator from zero. */
  epsilon: number;
  /** Uses the largest second moment seen so far (AMSGrad; Reddi, Kale and Kumar, 2018). */
  amsgrad: boolean;
}
/** Adam with decoupled weight decay (Loshchilov and Hutter, 2019; Keras AdamW). */
export interface Adamw {
  /** Which optimizer. */
  name: 'adamw';
  /** Step size, or the peak that the schedule scales. Must suit the optimizer more than anything else. */
  learning_rate: number;
  /** Part of each weight, times the learning rate, taken off in every step. */
  weight_decay: number;
  /** Decay rate of the first moment (mean of the gradient). */
  beta_1: number;
  /** Decay rate of the second moment (mean of the squared gradient). */
  beta_2: number;
  /** Small constant that keeps the denominator from zero. */
  epsilon: number;
  /** Uses the largest second moment seen so far (AMSGrad; Reddi, Kale and Kumar, 2018). */
  amsgrad: boolean;
}
/** The optimizer's learning rate throughout. */
export interface ConstantSchedule {
  /** Which schedule. */
  name: 'constant';
  /** Epochs over which the learning rate first rises linearly from 0. */
  warmup_epochs: number;
}
/** rate · decay_rate^⌊epoch / decay_epochs⌋ (Keras ExponentialDecay with staircase). */
export interface StepSchedule {
  /** Which schedule. */
  name: 'step';
  /** Epochs between two steps. */
  decay_epochs: number;
  /** Factor of each step. */
  decay_rate: number;
  /** Epochs over which the learning rate first rises linearly from 0. */
  warmup_epochs: number;
}
/** The rate is multiplied by the next factor at each boundary (Keras PiecewiseConstantDecay with values relative to the learning rate). */
export interface PiecewiseConstantSchedule {
  /** Which schedule. */
  name: 'piecewise_constant';
  /** Epochs at which the rate changes, rising. */
  boundaries: number[];
  /** Factor of the learning rate after each boundary, as many as boundaries. */
  factors: number[];
  /** Epochs over which the learning rate first rises linearly from 0. */
  warmup_epochs: number;
}
/** rate · decay_rate^(epoch / decay_epochs) (Keras ExponentialDecay). */
export interface ExponentialSchedule {
  /** Which schedule. */
  name: 'exponential';
  /** Epochs in which the rate falls by decay_rate. */
  decay_epochs: number;
  /** Factor per decay_epochs. */
  decay_rate: number;
  /** Epochs over which the learning rate first rises linearly from 0. */
  warmup_epochs: number;
}
/** Half a cosine from the learning rate to alpha times it (Loshchilov and Hutter, 2017; Keras CosineDecay). */
export interface CosineSchedule {
  /** Which schedule. */
  name: 'cosine';
  /** Length of the decay. Default: all epochs after the warm-up. */
  decay_epochs: number | null;
  /** Last learning rate as a fraction of the first. */
  alpha: number;
  /** Epochs over which the learning rate first rises linearly from 0. */
  warmup_epochs: number;
}
/** Up to the learning rate and down again, both by cosine, over all epochs (Smith and Topin, 2018; PyTorch OneCycleLR). */
export interface OneCycleSchedule {
  /** Which schedule. */
  name: 'one_cycle';
  /** Part of the training in which the rate rises. */
  pct_start: number;
  /** First rate = learning rate / div_factor. */
  div_factor: number;
  /** Last rate = first rate / final_div_factor. */
  final_div_factor: number;
}
/** Multiplies the rate by `factor` when a metric no longer improves (Keras ReduceLROnPlateau). */
export interface ReduceOnPlateauSchedule {
  /** Which schedule. */
  name: 'reduce_on_plateau';
  /** The metric. */
  monitor: string;
  /** Factor of each reduction. */
  factor: number;
  /** Epochs without improvement before a reduction. */
  patience: number;
  /** Whether smaller (`min`) or larger (`max`) is better; `auto`: by the metric. */
  mode: 'auto' | 'min' | 'max';
  /** Smallest change that counts as an improvement. */
  min_delta: number;
  /** Epochs after a reduction before watching continues. */
  cooldown: number;
  /** Lowest learning rate. */
  min_lr: number;
}
/** Stops when a metric no longer improves (Keras EarlyStopping). Off unless given. */
export interface EarlyStoppingConfig {
  /** The metric. */
  monitor: string;
  /** Smallest change that counts as an improvement. */
  min_delta: number;
  /** Epochs without improvement before training stops. */
  patience: number;
  /** Whether smaller (`min`) or larger (`max`) is better; `auto`: by the metric. */
  mode: 'auto' | 'min' | 'max';
  /** Ends with the weights of the best epoch rather than the last. */
  restore_best_weights: boolean;
  /** Epochs before watching begins. */
  start_from_epoch: number;
}
/** Bounds the gradients; one of the three (Keras optimizer arguments). Off unless given. */
export interface GradientClippingConfig {
  /** Largest norm of each weight's gradient. */
  clipnorm?: number;
  /** Largest absolute value of each element. */
  clipvalue?: number;
  /** Largest norm of all gradients together. */
  global_clipnorm?: number;
}
/** How the focal losses weigh examples: by (1 − p)^gamma, p being the probability of what is true. Without it as Keras does unless told: gamma 2; alpha 0.25 of classes, none of a binary target and labels. */
export interface FocalConfig {
  /** How much less examples weigh that the model is sure of; 0: not at all. */
  gamma: number;
  /** A factor of the loss of classes; of a binary target and labels the weight of yes beside 1 − alpha of no (Keras's `apply_class_balancing`). */
  alpha: number | null;
}
/** What the loss `tversky` of masks makes of pixels that are wrong. Without it as Salehi et al. (2017): alpha 0.3, beta 0.7. */
export interface TverskyConfig {
  /** Weight of what is predicted and not true. */
  alpha: number;
  /** Weight of what is true and not predicted. */
  beta: number;
}
/** Seeds of single sources of chance, which then stay as they are whatever `seed` is. Default: `seed` for all. */
export interface SourceSeedsConfig {
  /** Of which images validate and, of a `train_fraction`, train. Default: `seed`. */
  split: number | null;
  /** Of the first weights. Default: `seed`. */
  initialization: number | null;
  /** Of the order of the images in each epoch. Default: `seed`. */
  order: number | null;
  /** Of the augmentation's draws. Default: `seed`. */
  augmentation: number | null;
  /** Of what dropout leaves out. Default: `seed`. */
  dropout: number | null;
}
/** Magnitude pruning: before training, the smallest weights of each kernel become zero, and stay so; with `initial_weights` training then makes up for what was cut. Off unless given. */
export interface PruningConfig {
  /** Part of the weights of each trained kernel that becomes zero. */
  sparsity: number;
}
/** The variants that are trained and compared (keys as in W&B sweeps). */
export interface SweepConfig {
  /** `grid`: every combination; `orthogonal`: of k values each (3, 5, 7: a prime number) the k² combinations in which every two values of two parameters meet once; `random`: drawn; `bayes`: chosen by what was learnt so far. */
  method: 'grid' | 'orthogonal' | 'random' | 'bayes';
  metric: SweepMetric;
  /** What varies: the dotted key of this file → its values (a list for short) or its distribution. Keys may also be nested, as in W&B: `training: {parameters: {batch_size: …}}`. */
  parameters: {
    [k: string]: SweepParameter;
  };
  /** Asks the same question of each of these datasets, and answers over all of them: a dataset's name, a folder (`../pets`) or a file (`houses.csv`), for each of which the rest of `dataset` holds, or a mapping as `dataset` takes it, which stands for itself. */
  datasets?: DatasetConfig[];
  /** Groups of parameters that vary together, first with first, rather than in every combination. */
  zip: string[][];
  /** Variants besides the combinations, before them: dotted key → value; `name`: what it is called where variants are shown. */
  include: {
    /** What the variant is called where variants are shown. */
    name?: string;
    [k: string]: unknown;
  }[];
  /** Combinations left out: those that have all of these values (a list: any of them). */
  exclude: {
    [k: string]: unknown;
  }[];
  /** Runs of each variant, numbered on from `training.seed`; the seeds themselves; or `auto`: seeds are added to what is undecided. */
  seeds: number[] | (SeedRange | number);
  /** The smallest difference of the metric that matters: inside of it two variants make no practical difference. */
  margin: number | null;
  /** The chance of a false claim in the whole answer. Default: 0.05. */
  alpha?: number;
  /** The variant that all others are compared with, rather than all with each other: its name, or a part of it that no other name has. */
  baseline?: string;
  /** Stops variants early that do badly. Off unless given. */
  early_terminate: EarlyTerminateConfig | null;
  /** How often a run that failed (a crash, too little memory) is tried again, from its last checkpoint. */
  max_retries: number;
  /** Variants at most, in all. Required for `random` and `bayes`. */
  run_cap: number | null;
}
/** What makes one variant better than another. */
export interface SweepMetric {
  /** Name of the metric in the run's summary; of a target that is a number, `val_mean_absolute_error` in place of the default, of masks `val_dice`. */
  name: string;
  /** Default: `minimize` a loss or an error, `maximize` anything else. */
  goal: 'minimize' | 'maximize';
}
/** A list of values. */
export interface SweepValues {
  values: unknown[];
  /** What each of the values is called where variants are shown, in their order. */
  names?: string[];
  /** How `random` and `bayes` draw: any of them. */
  distribution: 'categorical';
  /** Probability of each value, for `random`. Default: all the same. */
  probabilities?: number[];
  /** The parameter exists only in variants that have all of these values (a list: any of them): dotted key → value. Default: always. */
  when?: {
    [k: string]: unknown;
  };
}
/** Normally distributed numbers, for `random` and `bayes`. */
export interface SweepNormal {
  /** `normal`; `q_normal`: rounded to multiples of q; `log_normal`: whose natural logarithm is normal. */
  distribution: 'normal' | 'q_normal' | 'log_normal';
  /** Mean (of `log_normal`: of the logarithm). */
  mu: number;
  /** Standard deviation (of `log_normal`: of the logarithm). */
  sigma: number;
  /** What values of `q_normal` are multiples of. Default: 1. */
  q?: number;
  /** The parameter exists only in variants that have all of these values (a list: any of them): dotted key → value. Default: always. */
  when?: {
    [k: string]: unknown;
  };
}
/** A range of numbers, for `random` and `bayes`. */
export interface SweepRange {
  /** Least value (of `log_uniform`: its natural logarithm). */
  min: number;
  /** Greatest value (of `log_uniform`: its natural logarithm). */
  max: number;
  /** `int_uniform`: whole numbers, both ends included; `uniform`; `log_uniform_values`: uniform in the logarithm; `log_uniform`: the same, min and max being logarithms; `q_…`: rounded to multiples of q. Default: `int_uniform` for two whole numbers where the key takes no fractions, else `uniform`. */
  distribution: 'uniform' | 'int_uniform' | 'log_uniform' | 'log_uniform_values' | 'q_uniform' | 'q_log_uniform_values';
  /** What values of `q_…` are multiples of. Default: 1. */
  q?: number;
  /** The parameter exists only in variants that have all of these values (a list: any of them): dotted key → value. Default: always. */
  when?: {
    [k: string]: unknown;
  };
}
/** Seeds that are added to undecided comparisons until they are decided, or until there are `max`. The error rate holds however many are added. */
export interface SeedRange {
  /** Runs that each variant has in any case. */
  min: number;
  /** Runs that a variant has at most. */
  max: number;
}
/** Brackets of successive halving (Li et al., 2018), as in W&B: after min_iter, min_iter × eta, min_iter × eta² … epochs one in eta continues. */
export interface HyperbandConfig {
  /** `hyperband`. */
  type: 'hyperband';
  /** Epochs before the first decision. */
  min_iter: number;
  /** One in eta variants continues at each decision. */
  eta: number;
  /** In place of min_iter: this many decisions, counted back from the last epoch, after epochs ÷ eta^s … epochs ÷ eta. */
  s: number | null;
}
/** Asynchronous successive halving (Li et al., 2020): decisions after min_iter, min_iter × eta, min_iter × eta² … epochs, each against those that came as far. */
export interface AshaConfig {
  /** `asha`. */
  type: 'asha';
  /** Epochs before the first decision. */
  min_iter: number;
  /** One in eta variants continues at each decision. */
  eta: number;
}
/** Median stopping (Golovin et al., 2017): after each epoch, whoever's best so far is worse than the median of the others' means up to that epoch. */
export interface MedianConfig {
  /** `median`. */
  type: 'median';
  /** Epochs before the first decision. */
  min_iter: number;
  /** Runs that must have come as far before any is stopped. */
  min_trials: number;
}
/** How runs appear in MLflow. */
export interface TrackingSettings {
  /** MLflow experiment. Default: the experiment's name. */
  experiment: string | null;
  /** MLflow tags of every run. */
  tags: {
    [k: string]: string;
  };
}
/** What each trial asks of the cluster that `--launcher` submits to; nothing of it affects results. */
export interface LauncherConfig {
  /** The cluster's workload manager. */
  name: 'slurm';
  /** Where trials run. Default: the cluster's own. */
  partition: string | null;
  /** GPUs of each trial. */
  gpus: number;
  /** Longest time of a trial between two checkpoints by Slurm, as sbatch takes it: `2:00:00`, `1-12`. Default: the partition's own. */
  time: string | null;
  /** Further options of sbatch; those that would run something aren't among them. */
  sbatch: string[];
}
