/** A dispatcher for receivers in the same test, which does not wait for hours. */
export const QUICK = {
  poster: { allowHttp: true, allowPrivateAddresses: true, timeoutMs: 300 },
  retryAfterSeconds: [0.02, 0.02, 0.05],
  leaseSeconds: 2,
};
