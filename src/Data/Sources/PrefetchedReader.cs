using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using DeepSharp.Kernels;

namespace DeepSharp.Data;

/// <summary>Batches that a thread reads ahead, a few at most.</summary>
/// <remarks>What goes wrong there is thrown where the batch was wanted. The thread ends with the walk, wherever that stops.</remarks>
internal sealed class PrefetchedReader : IBatchReader
{
    private readonly SampleStore _store;
    private readonly BatchPlan _plan;
    private readonly BlockingCollection<ReadBatch> _read;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private ExceptionDispatchInfo? _error;
    private bool _started;

    internal PrefetchedReader(SampleStore store, BatchPlan plan, int ahead, Func<CancellationToken, IEnumerable<ReadBatch>> batches)
    {
        _store = store;
        _plan = plan;
        _read = new BlockingCollection<ReadBatch>(ahead);
        _thread = new Thread(() => ReadAll(batches)) { IsBackground = true, Name = "DeepSharp data reader" };
    }

    public Batch Next(int first, int rows)
    {
        if (!_started)
        {
            _started = true;
            _thread.Start();
        }

        if (!_read.TryTake(out ReadBatch? batch, Timeout.Infinite))
        {
            _error?.Throw();
            throw new InvalidOperationException($"Dataset: the source ended before position {first} of the epoch.");
        }

        using (batch)
        {
            int features = _store.Features.Length;
            Tensor[] xs = [.. batch.Tensors.Take(features).Select((tensor, i) => Made(tensor, SampleStore.Converted(tensor.DType), _plan.Scales[i]))];
            Tensor[] ys = [.. batch.Tensors.Skip(features).Select(tensor => Made(tensor, tensor.DType, (1, 0)))];
            return new Batch(xs, ys) { Lengths = batch.Lengths };
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        if (_started)
        {
            _thread.Join();
        }

        while (_read.TryTake(out ReadBatch? batch))
        {
            batch.Dispose();
        }

        _read.Dispose();
        _stop.Dispose();
    }

    private void ReadAll(Func<CancellationToken, IEnumerable<ReadBatch>> batches)
    {
        try
        {
            foreach (ReadBatch batch in batches(_stop.Token))
            {
                try
                {
                    _read.Add(batch, _stop.Token);
                }
                catch
                {
                    batch.Dispose();
                    throw;
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The walk has ended.
        }
        catch (Exception error)
        {
            _error = ExceptionDispatchInfo.Capture(error);
        }
        finally
        {
            _read.CompleteAdding();
        }
    }

    // On the training's device, converted as samples in memory are.
    private Tensor Made(Tensor read, DType dtype, (double Scale, double Shift) scale)
    {
        bool here = ReferenceEquals(read.Device, _store.Device);
        if (dtype == read.DType && scale == (1, 0))
        {
            return here ? read.Alias(read.Shape, read.Shape.RowMajorStrides(), 0, "Batch") : read.To(_store.Device).MadeBy("Batch");
        }

        Tensor x = Tensor.Uninitialized(read.Shape, dtype, _store.Device, "Batch");
        Tensor source = here ? read : read.To(_store.Device);
        BatchOrder order = new(0, read.Shape[0], 0, read.Shape[0], null, null);
        Operand none = x.Operand with { Dims = [0], Strides = [1] };
        BatchKernel.Run(order, 0, source.Operand, none, x.Operand, none, scale.Scale, scale.Shift);
        if (!here)
        {
            source.Dispose();
        }

        return x;
    }
}
