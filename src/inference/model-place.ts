/** Where a saved model lies. */
export interface ModelPlace {
  /** The run's id, or the folder's name. */
  name: string;
  /** The folder of `model.json`, absolute; whether it is there, reading it tells. */
  directory: string;
  /** The run's folder, where the model is part of one. */
  run?: string;
}
