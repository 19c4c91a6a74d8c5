using DeepSharp.Optim;

namespace DeepSharp.Distributed;

/// <summary>A part of the gradients' flat memory that is exchanged in one call, when all gradients in it are ready.</summary>
/// <param name="run">The stretch that it is a part of.</param>
/// <param name="start">Where it begins in the stretch.</param>
/// <param name="length">How many elements it has.</param>
/// <param name="members">The parameters that it is of.</param>
internal sealed class GradientPiece(UpdateRun run, int start, int length, IReadOnlyList<Parameter> members)
{
    private readonly HashSet<Parameter> _awaited = [];
    private byte[]? _buffer;

    internal UpdateRun Run => run;

    internal int Start => start;

    internal int Length => length;

    internal IReadOnlyList<Parameter> Members => members;

    internal bool IsReady => _awaited.Count == 0;

    /// <summary>Those whose gradient has not come in this pass.</summary>
    internal IEnumerable<Parameter> Missing => members.Where(_awaited.Contains);

    internal Exchange? Exchange { get; set; }

    internal long Bytes => (long)length * run.DType.Size;

    /// <summary>A pass begins. Frozen parameters get no gradient, and nobody waits for theirs.</summary>
    internal void Reset()
    {
        Exchange = null;
        _awaited.Clear();
        _awaited.UnionWith(members.Where(static parameter => parameter.IsTrainable));
    }

    internal void Take(Parameter parameter) => _awaited.Remove(parameter);

    /// <summary>Memory for so many elements that does not move, the same each time.</summary>
    internal byte[] Buffer(int elements) => _buffer ??= GC.AllocateUninitializedArray<byte>(Math.Max(1, elements * run.DType.Size), pinned: true);

    /// <summary>Cuts the gradients of an optimizer into pieces of at least so many bytes, from the last parameter, whose gradient comes first as a rule, to the
    /// first.</summary>
    internal static List<GradientPiece> Cut(Optimizer optimizer, int bytes)
    {
        List<GradientPiece> pieces = [];
        foreach (UpdateRun run in optimizer.Groups.SelectMany(static group => group.Runs))
        {
            int end = run.Length;
            List<Parameter> members = [];
            foreach (Parameter parameter in run.Parameters.Reverse())
            {
                members.Add(parameter);
                int start = run.OffsetOf(parameter);
                if ((long)(end - start) * run.DType.Size >= bytes || start == 0)
                {
                    pieces.Add(new GradientPiece(run, start, end - start, members));
                    (end, members) = (start, []);
                }
            }
        }

        return pieces;
    }
}
