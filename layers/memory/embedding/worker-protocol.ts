/** What the main thread and the model's worker thread say to each other. */

/** `workerData` of the worker. */
export interface WorkerStart {
  readonly model: string;
  /** Where fetched weights live: `<modelsDir>/<model>/model.onnx`. */
  readonly modelsDir: string;
}

export interface EmbedRequest {
  readonly id: number;
  readonly texts: readonly string[];
  /** A query somebody waits for: served before the next slice of any batch. */
  readonly urgent: boolean;
}

/** `vectors` holds one unit vector a text, laid end to end; its buffer is transferred, not copied. */
export type EmbedReply =
  | { readonly id: number; readonly vectors: Float32Array<ArrayBuffer> }
  | { readonly id: number; readonly error: string };
