namespace DeepSharp;

/// <summary>
/// Parameters of one element type and device in one flat tensor, and their gradients in a second one: what optimizers run over.
/// </summary>
internal sealed class ParameterArena
{
    // Each parameter starts on a cache line and at a register boundary; the gap is zero and stays zero.
    private const int Alignment = 16;

    private ParameterArena(Tensor values, Tensor gradients)
    {
        Values = values;
        Gradients = gradients;
    }

    internal Tensor Values { get; }

    internal Tensor Gradients { get; }

    /// <summary>
    /// Packs the parameters that are in no arena yet, and gives the stretches of arenas that hold exactly the given ones: one
    /// stretch, unless parameters of several models, types or devices are mixed.
    /// </summary>
    internal static List<ParameterRun> Pack(IReadOnlyList<Parameter> parameters)
    {
        foreach (IGrouping<(DType, Device), Parameter> group in parameters
            .Where(static p => p.Arena is null)
            .GroupBy(static p => (p.DType, p.Device)))
        {
            Make([.. group]);
        }

        List<ParameterRun> runs = [];
        foreach (IGrouping<ParameterArena, Parameter> group in parameters.GroupBy(static p => p.Arena!))
        {
            int start = -1;
            int end = -1;
            List<Parameter> members = [];
            foreach (Parameter parameter in group.OrderBy(static p => p.ArenaOffset))
            {
                if (parameter.ArenaOffset != end)
                {
                    Close();
                    start = parameter.ArenaOffset;
                }

                members.Add(parameter);
                end = parameter.ArenaOffset + Padded(parameter.Count);
            }

            Close();

            void Close()
            {
                if (members.Count > 0)
                {
                    runs.Add(new ParameterRun(group.Key, start, end - start, [.. members]));
                    members.Clear();
                }
            }
        }

        return runs;
    }

    internal static int Padded(int count) => (count + Alignment - 1) / Alignment * Alignment;

    private static void Make(Parameter[] parameters)
    {
        int total = 0;
        foreach (Parameter parameter in parameters)
        {
            total = checked(total + Padded(parameter.Count));
        }

        using TensorScope.Suspension suspension = TensorScope.Suspend();
        using NoGrad noGrad = new();
        Tensor values = Tensor.Zeros(total, parameters[0].DType, parameters[0].Device);
        Tensor gradients = Tensor.Zeros(total, parameters[0].DType, parameters[0].Device);
        ParameterArena arena = new(values, gradients);
        int offset = 0;
        foreach (Parameter parameter in parameters)
        {
            parameter.MoveInto(arena, offset);
            offset += Padded(parameter.Count);
        }
    }
}
