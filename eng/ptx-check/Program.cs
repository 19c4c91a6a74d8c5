using System.CommandLine;
using DeepSharp.Examples;
using DeepSharp.PtxCheck;

// Compiles the GPU kernels to PTX without a GPU, assembles them if ptxas is there, and reports what they need.
Option<FileInfo?> report = new("--report") { Description = "Write the report to this Markdown file instead of the terminal." };
Option<DirectoryInfo?> keep = new("--keep") { Description = "Keep the PTX files in this folder." };
RootCommand command = new("Compiles the GPU kernels to PTX without a GPU, and reports registers, shared memory, stack and spills.")
{
    report, keep,
};
command.SetAction(result => PtxCheckRun.Run(result.GetValue(report), result.GetValue(keep)));
return command.Run(args);
