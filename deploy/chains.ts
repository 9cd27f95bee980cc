/**
 * The chains that the contracts are meant for. `hardhat.config.ts` makes its networks of this table, and the commands find
 * here what to expect of a chain.
 *
 * Sources, looked up in November 2026. Where the deterministic deployer is: deployments through it that are public, namely
 * packages/ethereum-vm/deployments/addresses.prod.json of github.com/relayprotocol/relay-depository (main networks) and
 * deployed-artifacts/bn254-huff/v1 of github.com/zemse/poseidon2-evm (test networks). Others are named in place.
 *
 * Blooms: geth, and op-geth made of it, refuse a block whose filter is not that of its logs (core/block_validator.go,
 * ValidateState). Where nobody looked it says so; 143 and 10143, which are not here, are known to be wrong.
 */
import { OperatorError } from "../indexer/ops/errors.ts";
import { type ChainRecord, chainRecord } from "./chainRecord.ts";

/** The predeploy GasPriceOracle of every OP chain: specs.optimism.io/protocol/predeploys.html. */
const OP_FEE_ORACLE = "0x420000000000000000000000000000000000000F";

/** `finalized` trails the newest block by two to three epochs of 32: docs.chainstack.com/docs/ethereum-fast-confirmation. */
const ETHEREUM_FINALITY = { rule: "tags", safe: true, finalized: true, typicalDepth: 80 } as const;
/** 250 ms blocks: the constants of @arbitrum/sdk; tags: github.com/OffchainLabs/nitro v2.0.10; about 18 minutes: wormhole. */
const ARBITRUM_FINALITY = { rule: "tags", safe: true, finalized: true, typicalDepth: 4_320 } as const;
/** Final with the Ethereum block it was derived from, about 20 minutes: docs.optimism.io, transaction finality. */
const OP_FINALITY = { rule: "tags", safe: true, finalized: true, typicalDepth: 600 } as const;
/** Local chains: Anvil as `npm start` runs it, with epochs of four blocks. */
const LOCAL = {
  kind: "local",
  chainType: "l1",
  currency: "ETH",
  finality: { rule: "tags", safe: true, finalized: true, typicalDepth: 8 },
  blockSeconds: 2,
  explorer: null,
  receipts: "ethereum",
  blooms: "right",
  deterministicDeployer: true,
} as const;

export const CHAINS: readonly ChainRecord[] = chainRecord.array().parse([
  {
    chainId: 1,
    name: "Ethereum",
    network: "ethereum",
    kind: "main",
    chainType: "l1",
    currency: "ETH",
    finality: ETHEREUM_FINALITY,
    blockSeconds: 12,
    explorer: "https://etherscan.io",
    receipts: "ethereum",
    blooms: "right",
    deterministicDeployer: true,
  },
  {
    chainId: 42_161,
    name: "Arbitrum One",
    network: "arbitrumOne",
    kind: "main",
    chainType: "generic",
    currency: "ETH",
    finality: ARBITRUM_FINALITY,
    blockSeconds: 0.25,
    explorer: "https://arbiscan.io",
    receipts: "arbitrum",
    blooms: "unconfirmed",
    deterministicDeployer: true,
  },
  {
    chainId: 10,
    name: "OP Mainnet",
    network: "optimism",
    kind: "main",
    chainType: "op",
    currency: "ETH",
    finality: OP_FINALITY,
    blockSeconds: 2,
    explorer: "https://optimistic.etherscan.io",
    receipts: "op",
    blooms: "right",
    deterministicDeployer: true,
    l1FeeOracle: OP_FEE_ORACLE,
  },
  {
    chainId: 8_453,
    name: "Base",
    network: "base",
    kind: "main",
    chainType: "op",
    currency: "ETH",
    finality: OP_FINALITY,
    blockSeconds: 2,
    explorer: "https://basescan.org",
    receipts: "op",
    blooms: "right",
    deterministicDeployer: true,
    l1FeeOracle: OP_FEE_ORACLE,
  },
  {
    chainId: 137,
    name: "Polygon PoS",
    network: "polygon",
    kind: "main",
    chainType: "generic",
    currency: "POL",
    // Tags: PIP-11 (milestones) and github.com/maticnetwork/bor pull 517. Chainlink waits for 500 blocks. The chain had a
    // reorg of 157 blocks in February 2023, before milestones.
    finality: { rule: "tags", safe: true, finalized: true, typicalDepth: 500 },
    blockSeconds: 2,
    explorer: "https://polygonscan.com",
    // Receipts of state syncs are not in the root like the others.
    receipts: "other",
    blooms: "unconfirmed",
    deterministicDeployer: true,
  },
  {
    chainId: 100,
    name: "Gnosis",
    network: "gnosis",
    kind: "main",
    chainType: "generic",
    currency: "xDAI",
    // Slots of 5 s, epochs of 16 slots, final after 2.7 minutes: docs.gnosischain.com/about/networks/mainnet.
    finality: { rule: "tags", safe: "unconfirmed", finalized: true, typicalDepth: 33 },
    blockSeconds: 5,
    explorer: "https://gnosisscan.io",
    receipts: "unconfirmed",
    blooms: "unconfirmed",
    deterministicDeployer: true,
  },
  {
    chainId: 59_144,
    name: "Linea",
    network: "linea",
    kind: "main",
    chainType: "generic",
    currency: "ETH",
    // No `safe`: docs.metamask.io, Linea eth_getBlockByNumber. Final when the proof is on Ethereum and final there.
    finality: { rule: "tags", safe: false, finalized: true, typicalDepth: "unconfirmed" },
    // docs.linea.build/network/overview/transaction-finality.
    blockSeconds: 1,
    explorer: "https://lineascan.build",
    receipts: "unconfirmed",
    blooms: "unconfirmed",
    deterministicDeployer: true,
  },
  {
    chainId: 534_352,
    name: "Scroll",
    network: "scroll",
    kind: "main",
    chainType: "generic",
    currency: "ETH",
    finality: { rule: "tags", safe: "unconfirmed", finalized: "unconfirmed", typicalDepth: "unconfirmed" },
    // Not enforced by the protocol: docs.l2beat.com/code_walkthroughs/scroll/sequencing.html.
    blockSeconds: 3,
    explorer: "https://scrollscan.com",
    receipts: "unconfirmed",
    blooms: "unconfirmed",
    deterministicDeployer: true,
  },
  {
    chainId: 42_793,
    name: "Etherlink",
    network: "etherlink",
    kind: "main",
    chainType: "generic",
    currency: "XTZ",
    // `finalized`: gitlab.com/tezos/tezos merge request 14107.
    finality: { rule: "tags", safe: "unconfirmed", finalized: true, typicalDepth: "unconfirmed" },
    // At most 6 s, down to 500 ms under load: docs.etherlink.com/network/architecture.
    blockSeconds: 6,
    explorer: "https://explorer.etherlink.com",
    receipts: "unconfirmed",
    blooms: "unconfirmed",
    deterministicDeployer: "unconfirmed",
  },
  {
    chainId: 11_155_111,
    name: "Sepolia",
    network: "sepolia",
    kind: "test",
    chainType: "l1",
    currency: "ETH",
    finality: ETHEREUM_FINALITY,
    blockSeconds: 12,
    explorer: "https://sepolia.etherscan.io",
    receipts: "ethereum",
    blooms: "right",
    deterministicDeployer: true,
  },
  {
    chainId: 421_614,
    name: "Arbitrum Sepolia",
    network: "arbitrumSepolia",
    kind: "test",
    chainType: "generic",
    currency: "ETH",
    finality: ARBITRUM_FINALITY,
    blockSeconds: 0.25,
    explorer: "https://sepolia.arbiscan.io",
    receipts: "arbitrum",
    blooms: "unconfirmed",
    deterministicDeployer: true,
  },
  {
    chainId: 11_155_420,
    name: "OP Sepolia",
    network: "optimismSepolia",
    kind: "test",
    chainType: "op",
    currency: "ETH",
    finality: OP_FINALITY,
    blockSeconds: 2,
    explorer: "https://sepolia-optimism.etherscan.io",
    receipts: "op",
    blooms: "right",
    deterministicDeployer: true,
    l1FeeOracle: OP_FEE_ORACLE,
  },
  {
    chainId: 84_532,
    name: "Base Sepolia",
    network: "baseSepolia",
    kind: "test",
    chainType: "op",
    currency: "ETH",
    finality: OP_FINALITY,
    blockSeconds: 2,
    explorer: "https://sepolia.basescan.org",
    receipts: "op",
    blooms: "right",
    deterministicDeployer: true,
    l1FeeOracle: OP_FEE_ORACLE,
  },
  { ...LOCAL, chainId: 31_337, name: "Local A", network: "localhost", url: "http://127.0.0.1:8545" },
  { ...LOCAL, chainId: 31_338, name: "Local B", network: "localhostB", url: "http://127.0.0.1:8546" },
]);

/** The chain with Hardhat's name `network`. @throws OperatorError naming those there are */
export function chainOf(network: string): ChainRecord {
  const chain = CHAINS.find((one) => one.network === network);
  if (chain !== undefined) return chain;
  throw new OperatorError(
    `--network is ${network}, expected one of ${CHAINS.map((one) => one.network).join(", ")}: ` +
      `a chain that is missing is added to deploy/chains.ts`,
  );
}
