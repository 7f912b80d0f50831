// Decides requests as AWS's IAM would: standard input has them in JSON, standard output the results.
import { runSimulation } from "@cloud-copilot/iam-simulate";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const simulations = JSON.parse(Buffer.concat(chunks).toString());
const results = [];
for (const simulation of simulations) {
  const { resultType, overallResult, errors, result } = await runSimulation(simulation, {});
  const known = resultType === "single";
  results.push({
    result: overallResult,
    errors: known ? null : (errors ?? resultType),
    ignored: result?.ignoredContextKeys ?? [],
  });
}
process.stdout.write(JSON.stringify(results));
