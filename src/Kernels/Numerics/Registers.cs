global using I32x = DeepSharp.Kernels.Ix<int, DeepSharp.Kernels.I32>;
global using I64x = DeepSharp.Kernels.Ix<long, DeepSharp.Kernels.I64>;
