/** The port: texts in, unit vectors out. What stands behind it (a model in a worker, Bedrock) is the composer's choice. */
export interface Embedder {
  /** The model's full name. It names the collection: vectors of different models never meet. */
  readonly model: string;
  readonly dimensions: number;
  /** Below this cosine two texts are not similar: no semantic result. */
  readonly cosineFloor: number;
  /** One unit vector a text, in the order given. Texts longer than the model's window are averaged over their chunks. */
  embed(texts: readonly string[]): Promise<Float32Array[]>;
  /** One unit vector, ahead of running batches and cached by text. */
  embedQuery(text: string): Promise<Float32Array>;
  /** Stops what runs behind the port; requests under way are rejected. */
  close(): Promise<void>;
}
