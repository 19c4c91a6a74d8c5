using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;

// Operators on the CPU against a peer in the same run: .NET's TensorPrimitives on one core, or a plain loop.
ManualConfig config = ManualConfig.Create(DefaultConfig.Instance)
    .AddLogicalGroupRules(BenchmarkLogicalGroupRule.ByCategory, BenchmarkLogicalGroupRule.ByParams)
    .HideColumns(Column.Error, Column.StdDev, Column.RatioSD, Column.Median);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
