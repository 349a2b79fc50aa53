/** The pod of a job whose engine learns nothing, slowly. */
import { livePod } from "../../../cloud/src/training/pod/pod-life.ts";
import { COUNTING_PROGRAMS } from "./counting-programs.ts";

await livePod(COUNTING_PROGRAMS);
