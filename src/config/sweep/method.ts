/** Whether a sweep draws its variants, rather than that its file lists them. */
export function isSearch(method: string): boolean {
  return method === 'random' || method === 'bayes';
}
