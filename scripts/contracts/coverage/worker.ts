/** Runs the Solidity tests of a copy of the project with Hardhat's coverage, which HARDHAT_COVERAGE switches on. */
import hre from "hardhat";
import { SolidityTests } from "../mutation/solidityTests.ts";

const tests = new SolidityTests(hre, process.cwd());
// Enough to reach every statement: what is checked in depth is checked without measuring.
tests.depth = { fuzzRuns: 256, invariantRuns: 16, invariantDepth: 64, seed: 1 };
await tests.build();
process.exit((await tests.pass([])) ? 0 : 1);
