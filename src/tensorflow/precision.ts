/** In which precision a program computes; its inputs, outputs and variables are float32 in either case. */
export type Precision = 'float32' | 'bfloat16';
