using System.Diagnostics;

namespace DeepSharp.Kernels;

/// <summary>Runs element-wise functions of several outputs, or of more than three inputs: <see cref="Elementwise"/> for eight operands.</summary>
/// <remarks>All operands have one shape, broadcasting being a stride of 0, one floating-point type, and are on one device.</remarks>
internal static class MultiMap
{
    internal static void Run<TMap>(TMap map, ReadOnlySpan<Operand> outputs, ReadOnlySpan<Operand> inputs)
        where TMap : unmanaged, IMultiMap
    {
        Debug.Assert(
            outputs.Length == TMap.Outputs && inputs.Length == TMap.Inputs && TMap.Outputs > 0
            && TMap.Outputs + TMap.Inputs <= LoopNest.MaxOperands, "As many operands as the function has, and not too many.");
        Dispatch.Real(typeof(TMap).Name, outputs[0].DType, outputs[0].Device, new Visitor<TMap>(map, outputs, inputs));
    }

    private readonly ref struct Visitor<TMap>(TMap map, ReadOnlySpan<Operand> outputs, ReadOnlySpan<Operand> inputs) : IRealVisitor
        where TMap : unmanaged, IMultiMap
    {
        private readonly TMap _map = map;
        private readonly ReadOnlySpan<Operand> _outputs = outputs;
        private readonly ReadOnlySpan<Operand> _inputs = inputs;

        public void Visit<TStored, TScalar, TVector>()
            where TStored : unmanaged, IStored<TStored, TScalar>
            where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
            where TVector : unmanaged, IReal<TVector>
        {
            ref readonly Operand first = ref _outputs[0];
            if (first.Count == 0)
            {
                return;
            }

            Operand[] operands = [.. _outputs, .. _inputs];
            LoopNest nest = LoopNest.Over(first.Dims, Array.ConvertAll(operands, static operand => operand.Strides));
            if (first.Device.StartsOnHost())
            {
                HostMultiMap<TMap, TScalar, TVector, TStored>.Run(_map, nest, operands);
            }
            else
            {
                GpuMultiMap<TMap, TScalar, TStored>.Run(_map, nest, operands);
            }
        }
    }
}
