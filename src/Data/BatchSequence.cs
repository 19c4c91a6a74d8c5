using System.Collections;
using DeepSharp.Kernels;

namespace DeepSharp.Data;

/// <summary>The mini-batches of an epoch, made as they are asked for; walked again, those of the next.</summary>
public sealed class BatchSequence : IEnumerable<Batch>
{
    private readonly Dataset _data;
    private readonly int _batchSize;
    private readonly ulong? _seed;
    private readonly int? _epoch;
    private readonly bool _dropLast;
    private readonly int _first;

    internal BatchSequence(Dataset data, int batchSize, ulong? seed, int? epoch, bool dropLast, int first = 0)
    {
        _first = first;
        _data = data;
        _batchSize = batchSize;
        _seed = seed;
        _epoch = epoch;
        _dropLast = dropLast;
    }

    /// <summary>The number of batches.</summary>
    public int Count => Math.Max(0, All - _first);

    private int All => _dropLast ? _data.Count / _batchSize : (int)(((long)_data.Count + _batchSize - 1) / _batchSize);

    /// <summary>The batches behind the first ones, which are not made: where a training that was stopped goes on.</summary>
    /// <remarks>A batch follows from the seed, the epoch and its number alone.</remarks>
    /// <param name="batches">How many are left out.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public BatchSequence Skip(int batches)
    {
        Bounds.AtLeast(0, batches, nameof(Skip));
        return new BatchSequence(_data, _batchSize, _seed, _epoch, _dropLast, (int)Math.Min(All, (long)_first + batches));
    }

    /// <summary>Starts an epoch: the one that is pinned, or the next of the seed.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>The number of batches and what they are cut from.</summary>
    public override string ToString() => $"{Count} batches of {_batchSize}, {(_seed is null ? "not shuffled" : $"shuffled by seed {_seed}")}, of {_data}";

    IEnumerator<Batch> IEnumerable<Batch>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Walks the batches; the scope of a step ends when the next begins, or with the loop.</summary>
    public sealed class Enumerator : IEnumerator<Batch>
    {
        private readonly BatchSequence _sequence;
        private readonly BatchOrder _order;
        private TensorScope? _scope;
        private int _next;

        internal Enumerator(BatchSequence sequence)
        {
            _sequence = sequence;
            _order = sequence._data.Order(sequence._seed, sequence._epoch);
            _next = sequence._first;
        }

        /// <summary>The batch of this step.</summary>
        public Batch Current { get; private set; }

        object IEnumerator.Current => Current;

        /// <summary>Ends the step and begins the next, if there is one.</summary>
        public bool MoveNext()
        {
            _scope?.Dispose();
            _scope = null;
            Current = default;
            if (_next >= _sequence.All)
            {
                return false;
            }

            int first = _next++ * _sequence._batchSize;
            _scope = Tensor.Scope();
            Current = _sequence._data.Gather(_order, first, Math.Min(_sequence._batchSize, _sequence._data.Count - first));
            return true;
        }

        /// <summary>Ends the step under way.</summary>
        public void Dispose()
        {
            _scope?.Dispose();
            _scope = null;
        }

        /// <summary>Goes back to the first batch of the same order.</summary>
        public void Reset()
        {
            Dispose();
            _next = _sequence._first;
        }
    }
}
