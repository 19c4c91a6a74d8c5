using System.Reflection;
using DeepSharp.Persistence;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace DeepSharp.PtxCheck;

/// <summary>Collects the kernels that work loads, compiles and assembles them, and writes the report.</summary>
internal static class PtxCheckRun
{
    // ILGPU writes no target above sm_80; ptxas takes that for sm_90 too.
    private static readonly (string Name, CudaArchitecture Target)[] s_architectures =
    [
        ("sm_70", CudaArchitecture.SM_70), ("sm_80", CudaArchitecture.SM_80), ("sm_90", CudaArchitecture.SM_80),
    ];

    internal static int Run(FileInfo? report, DirectoryInfo? keep)
    {
        string? version = Assembler.Version();
        string folder = keep?.FullName ?? Directory.CreateTempSubdirectory("ptx-check").FullName;
        Directory.CreateDirectory(folder);
        try
        {
            List<PtxKernel> kernels = Collect();
            List<PtxReport.Row> rows = [];
            int failures = 0;
            foreach ((string architecture, CudaArchitecture target) in s_architectures)
            {
                CudaCompiler compiler = new(target);
                for (int i = 0; i < kernels.Count; i++)
                {
                    try
                    {
                        string file = Path.Combine(folder, $"{i:D3}.{architecture}.ptx");
                        string code = compiler.Compile(kernels[i].Method);
                        File.WriteAllText(file, code);
                        rows.Add(new PtxReport.Row(
                            kernels[i], architecture, version is null ? null : Assembler.Assemble(file, architecture), HasDoubles(code)));
                    }
                    catch (Exception error) when (error is InternalCompilerException or NotSupportedException or InvalidOperationException)
                    {
                        failures++;
                        Console.Error.WriteLine($"{kernels[i].Name}, {architecture}: {error.GetBaseException().Message}");
                    }
                }
            }

            failures += SingleCheck.Run(kernels);
            string text = PtxReport.Write(rows, version);
            if (report is null)
            {
                Console.Write(text);
            }
            else
            {
                AtomicFile.WriteText(report.FullName, text);
            }

            int faults = rows.Count(static row => row.HasFault);
            foreach (string kernel in rows.Where(static row => row.HasUnknownDoubles).Select(static row => row.Kernel.Name).Distinct())
            {
                faults++;
                Console.Error.WriteLine($"{kernel}: its code for CUDA has a double, and no reason for that is known");
            }

            Console.Error.WriteLine($"{kernels.Count} kernels, {failures} refused, {faults} with doubles, spills or local memory in float32");
            return failures == 0 && faults == 0 ? 0 : 1;
        }
        finally
        {
            if (keep is null)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static bool HasDoubles(string code) => code.Contains(".f64", StringComparison.Ordinal);

    private static List<PtxKernel> Collect()
    {
        Device.Default = Device.Emulated;
        Generator.Default = new Generator(1);
        List<PtxKernel> kernels = [];
        HashSet<MethodInfo> seen = [];
        foreach ((string name, Action run) in Workload.All)
        {
            using (Tensor.Scope())
            {
                run();
            }

            foreach (Delegate loaded in Device.Emulated.Backend!.Kernels)
            {
                MethodInfo method = loaded.GetCompiledKernel().SourceMethod;
                if (seen.Add(method))
                {
                    kernels.Add(new PtxKernel(method, name));
                }
            }
        }

        return kernels;
    }
}
