using System.Diagnostics;
using System.Numerics.Tensors;
using DeepSharp.Layers;
using DeepSharp.Optim;

namespace DeepSharp.Distributed;

/// <summary>Data-parallel training: each rank has the whole network and computes its share of each batch, and gradients are averaged over the ranks.</summary>
/// <remarks>
/// <para>It is made once, of the network and its optimizer, on all ranks. From then on <c>Backward()</c> returns with the means of the gradients of all ranks,
/// which are equal to the bit, and so all ranks make the same step. Gradients are exchanged in pieces that begin as soon as their parameters' gradients are
/// ready, the last layers' first, while the backward pass computes those of the others (as PyTorch's DistributedDataParallel; Li et al. 2020).</para>
/// <para>With <c>Fit</c>, pass it as <c>parallel</c>: batches are shared, losses and metrics added up, the first rank writes. A loop by hand walks over
/// <see cref="ParallelTraining.Share"/>. Optimizers that evaluate the loss themselves (<see cref="LBFGS"/>) are given
/// <see cref="ParallelTraining.Average"/> of it. <see cref="NewtonCG"/>, which takes gradients of gradients, is not supported.</para>
/// <para>For gradients of several batches, <see cref="ParallelTraining.Synchronizes"/> is false for all backward passes but the last. Batch norm takes the
/// statistics of a rank's own share; running statistics are those of rank 0.</para>
/// </remarks>
/// <example><code>
/// using DataParallel parallel = new(Communicator.World, model, optimizer);
/// model.Fit(data, optimizer, epochs: 5, batchSize: 256, parallel: parallel);
/// </code></example>
public sealed class DataParallel : ParallelTraining
{
    private readonly DataParallelOptions _options;
    private readonly List<GradientPiece> _pieces;
    private readonly Dictionary<Parameter, GradientPiece> _pieceOf = [];
    private readonly ArenaShards? _shards;
    private readonly GradientHook _hook;
    private int _next;

    /// <summary>Gives all ranks the parameters and buffers of rank 0, and averages gradients from now on.</summary>
    /// <param name="communicator">The ranks.</param>
    /// <param name="model">The network.</param>
    /// <param name="optimizer">The optimizer of its parameters, with all of its groups.</param>
    /// <param name="options">How it works; as the defaults say if null.</param>
    /// <exception cref="NotSupportedException">The optimizer takes gradients of gradients.</exception>
    /// <exception cref="InvalidOperationException">The state of the rule cannot be shared.</exception>
    public DataParallel(Communicator communicator, Module model, Optimizer optimizer, DataParallelOptions? options = null)
        : base(communicator, model, optimizer, (options ?? new DataParallelOptions()).LearningRate)
    {
        if (optimizer is NewtonCG)
        {
            throw new NotSupportedException("DataParallel: NewtonCG takes gradients of gradients, which ranks do not exchange. Use LBFGS.");
        }

        _options = options ?? new DataParallelOptions();
        _pieces = GradientPiece.Cut(optimizer, _options.PieceBytes);
        foreach (GradientPiece piece in _pieces)
        {
            piece.Reset();
            foreach (Parameter parameter in piece.Members)
            {
                _pieceOf.Add(parameter, piece);
            }
        }

        if (_options.ShardsState && Size > 1)
        {
            _shards = new ArenaShards(communicator);
            optimizer.ShardState(_shards);
            optimizer.Stepped += BringTogether;
        }

        _hook = new GradientHook(_pieceOf.Keys, Take, End);
    }

    private bool Scatters => _shards is not null && Optimizer.Clipping is null && !Optimizer.SkipsNonFinite;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _hook.Dispose();
        Optimizer.Stepped -= BringTogether;
        base.Dispose(disposing);
    }

    private void Take(Parameter parameter)
    {
        if (!Synchronizes || Size == 1)
        {
            return;
        }

        _pieceOf[parameter].Take(parameter);
        if (_options.Overlaps)
        {
            // In the same order on all ranks, whatever the order in which gradients come.
            while (_next < _pieces.Count && _pieces[_next].IsReady)
            {
                Start(_pieces[_next++]);
            }
        }
    }

    private void Start(GradientPiece piece)
    {
        // Frozen parameters may have no gradient yet, and memory says nothing then.
        Tensor gradients = piece.Run.GradientsAt(piece.Start, piece.Length);
        BytesExchanged += piece.Bytes;
        if (Scatters)
        {
            (int start, int length) = _shards!.Overlap(piece.Run.Length, piece.Start, piece.Length, Rank);
            piece.Exchange = Communicator.StartReduceScatter(
                gradients, piece.Run.GradientsAt(length == 0 ? piece.Start : start, length), _shards.Counts(piece.Run.Length, piece.Start, piece.Length),
                piece.Buffer(length));
            return;
        }

        piece.Exchange = Communicator.StartAllReduce(gradients);
    }

    // The end of a backward pass.
    private void End()
    {
        if (!Synchronizes || Size == 1)
        {
            return;
        }

        Parameter[] missing = [.. _pieces.SelectMany(static piece => piece.Missing)];
        if (missing.Length > 0 && !_options.FindsUnused)
        {
            string names = string.Join(", ", missing.Take(3).Select(
                parameter => $"{Model.NamedParameters().FirstOrDefault(named => ReferenceEquals(named.Value, parameter)).Name ?? "a parameter"} {parameter.Shape}"));
            Reset();
            throw new InvalidOperationException(
                $"DataParallel: the backward pass has left {missing.Length} parameters without a gradient on rank {Rank}, such as {names}. Set IsTrainable of what is not "
                + "trained to false, or FindsUnused of DataParallelOptions to true if the graph changes from step to step.");
        }

        while (_next < _pieces.Count)
        {
            Start(_pieces[_next++]);
        }

        double[] used = _options.FindsUnused ? [.. _pieceOf.Keys.Select(parameter => Array.IndexOf(missing, parameter) < 0 ? 1.0 : 0)] : [];
        if (_options.FindsUnused)
        {
            Communicator.AllReduce(used, Reduction.Max);
        }

        foreach (GradientPiece piece in _pieces)
        {
            Wait(piece.Exchange!);
            (int start, int length) = Scatters ? _shards!.Overlap(piece.Run.Length, piece.Start, piece.Length, Rank) : (piece.Start, piece.Length);
            if (length > 0)
            {
                Divide(piece.Run.GradientsAt(start, length));
            }
        }

        // Reached by another rank: the mean is a gradient here as well.
        foreach ((Parameter parameter, double _) in _pieceOf.Keys.Zip(used).Where(pair => pair.Second != 0 && Array.IndexOf(missing, pair.First) >= 0))
        {
            parameter.Gradient!.AddInPlace(parameter.Gradient!, 0);
        }

        Reset();
    }

    private void Divide(Tensor gradients)
    {
        if (gradients.Device.Kind != DeviceKind.Cpu)
        {
            using TensorScope scope = Tensor.Scope();
            gradients.CopyFrom(gradients / Size);
        }
        else if (gradients.DType == DType.Float32)
        {
            Span<float> numbers = gradients.HostSpan<float>();
            TensorPrimitives.Divide(numbers, Size, numbers);
        }
        else
        {
            Span<double> numbers = gradients.HostSpan<double>();
            TensorPrimitives.Divide(numbers, Size, numbers);
        }
    }

    private void Reset()
    {
        _next = 0;
        foreach (GradientPiece piece in _pieces)
        {
            piece.Reset();
        }
    }

    // After a step of a shared state: each rank has moved its part of the parameters.
    private void BringTogether(object? sender, EventArgs step)
    {
        foreach (UpdateRun run in Optimizer.Groups.SelectMany(static group => group.Runs))
        {
            (int start, int length) = _shards!.PartOf(run.Length);
            BytesExchanged += (long)run.Length * run.DType.Size;
            Wait(Communicator.StartAllGather(run.ValuesAt(start, length), run.ValuesAt(0, run.Length), _shards.Counts(run.Length, 0, run.Length)));
        }
    }

    private void Wait(Exchange exchange)
    {
        long began = Stopwatch.GetTimestamp();
        exchange.Wait();
        SecondsWaited += Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
