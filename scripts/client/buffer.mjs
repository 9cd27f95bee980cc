/** Buffer for a bundle that runs where Node does not: esbuild takes it where the name is used. */
export { Buffer } from "buffer/";
