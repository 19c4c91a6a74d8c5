using System.Collections;

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
    private readonly BatchShare _share;

    internal BatchSequence(Dataset data, int batchSize, ulong? seed, int? epoch, bool dropLast, int first, BatchShare share = default)
    {
        _first = first;
        _share = share;
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
    /// <remarks>A batch follows from the seed, the epoch and its number alone. A stream is read from its begin on, and what is left out thrown away.</remarks>
    /// <param name="batches">How many are left out.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public BatchSequence Skip(int batches)
    {
        Bounds.AtLeast(0, batches, nameof(Skip));
        return new BatchSequence(_data, _batchSize, _seed, _epoch, _dropLast, (int)Math.Min(All, (long)_first + batches), _share);
    }

    /// <summary>Of each batch, the rows that are one worker's: several together see what one would see of whole batches.</summary>
    /// <remarks>Shares stand one behind the other and differ by a row at most. So the mean over a whole batch is the mean over the workers of each one's mean
    /// times its <see cref="Batch.Weight"/>. Where a batch has fewer rows than there are workers, those without a row get the first one with the
    /// weight 0. Random transforms draw as they do for whole batches.</remarks>
    /// <param name="worker">Which worker, from 0.</param>
    /// <param name="workers">How many there are.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such worker.</exception>
    public BatchSequence Share(int worker, int workers)
    {
        Bounds.AtLeast(1, workers, nameof(Share));
        if ((uint)worker >= (uint)workers)
        {
            throw new ArgumentOutOfRangeException(nameof(worker), $"Share: of {workers} workers there are 0 to {workers - 1}, and no {worker}.");
        }

        return new BatchSequence(_data, _batchSize, _seed, _epoch, _dropLast, _first, new BatchShare(worker, workers));
    }

    /// <summary>Starts an epoch: the one that is pinned, or the next of the seed.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>The number of batches and what they are cut from.</summary>
    public override string ToString() => $"{Count} batches of {_batchSize}{_share}, {(_seed is null ? "not shuffled" : $"shuffled by seed {_seed}")}, of {_data}";

    IEnumerator<Batch> IEnumerable<Batch>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Walks the batches; the scope of a step ends when the next begins, or with the loop.</summary>
    public sealed class Enumerator : IEnumerator<Batch>
    {
        private readonly BatchSequence _sequence;
        private readonly int _epoch;
        private IBatchReader? _reader;
        private TensorScope? _scope;
        private int _next;

        internal Enumerator(BatchSequence sequence)
        {
            _sequence = sequence;
            _next = sequence._first;
            (_reader, _epoch) = Open(sequence._epoch);
        }

        /// <summary>The batch of this step.</summary>
        public Batch Current { get; private set; }

        object IEnumerator.Current => Current;

        /// <summary>Ends the step and begins the next, if there is one.</summary>
        /// <exception cref="IOException">A sample cannot be read; the message says which, of what.</exception>
        public bool MoveNext()
        {
            _scope?.Dispose();
            _scope = null;
            Current = default;
            if (_next >= _sequence.All)
            {
                return false;
            }

            _reader ??= Open(_epoch).Reader;
            int first = _next++ * _sequence._batchSize;
            _scope = Tensor.Scope();
            try
            {
                int whole = Math.Min(_sequence._batchSize, _sequence._data.Count - first);
                (int start, int rows, double weight) = _sequence._share.Of(whole);
                Batch batch = _reader.Next(first + start, rows);
                Current = _sequence._data.Transformed(batch, _sequence._seed, _epoch, first + start) with { Weight = weight };
                return true;
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        /// <summary>Ends the step under way, and whatever reads ahead.</summary>
        public void Dispose()
        {
            _scope?.Dispose();
            _scope = null;
            _reader?.Dispose();
            _reader = null;
        }

        /// <summary>Goes back to the first batch of the same order.</summary>
        public void Reset()
        {
            Dispose();
            _next = _sequence._first;
        }

        private (IBatchReader Reader, int Epoch) Open(int? epoch) => _sequence._data.Open(
            _sequence._seed, epoch, _sequence._dropLast ? _sequence.All * _sequence._batchSize : _sequence._data.Count, _sequence._batchSize, _next,
            _sequence._share);
    }
}
