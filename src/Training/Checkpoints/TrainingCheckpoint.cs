using DeepSharp.Layers;
using DeepSharp.Optim;

namespace DeepSharp.Training;

/// <summary>All that a training is, in one file: to go on later as if nothing had been between, to the bit.</summary>
/// <remarks>
/// <para><c>Fit</c> saves such files by <see cref="ModelCheckpoint"/>, and goes on from one by <c>resumeFrom</c>. A loop of your own makes one
/// object of what it trains, and <see cref="Save"/>s and <see cref="Load"/>s it. It holds the network's parameters and buffers, the optimizer with
/// its step counts and rates (a schedule is a function of them), what else is added with <see cref="Add"/>, how far random numbers have been used
/// (<see cref="Generator.Default"/> and the layers' own), the epoch and the batch within it, and <see cref="History"/>.</para>
/// <para>A file is written whole or not at all, and has a checksum. It is a safetensors file: tensors are named <c>model.…</c>,
/// <c>optimizer.…</c> and after what was added; the strings are JSON. A file loads into less than it was saved from: <c>new
/// TrainingCheckpoint(model).Load(path)</c> takes the network alone.</para>
/// </remarks>
/// <example><code>
/// TrainingCheckpoint checkpoint = new(model, optimizer);
/// checkpoint.Add("scaler", scaler.State, scaler.LoadState);
/// if (File.Exists("training.safetensors"))
/// {
///     checkpoint.Load("training.safetensors");
/// }
///
/// for (; checkpoint.Epoch &lt;= 10; checkpoint.NextEpoch())
/// {
///     foreach ((Tensor x, Tensor y) in data.Batches(32, epoch: checkpoint.Epoch).Skip(checkpoint.Batch))
///     {
///         // … a step …
///         checkpoint.Batch++;
///     }
///
///     checkpoint.Save("training.safetensors");
/// }
/// </code></example>
public sealed class TrainingCheckpoint
{
    private readonly Module _model;
    private readonly List<CheckpointPart> _parts = [];
    private readonly Dictionary<string, string> _settings = [];

    /// <summary>A training.</summary>
    /// <param name="model">The network.</param>
    /// <param name="optimizer">Its optimizer; null if only the network is wanted.</param>
    public TrainingCheckpoint(Module model, Optimizer? optimizer = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        Add("model", model.State, state => model.LoadState(state));
        if (optimizer is not null)
        {
            Add("optimizer", optimizer.State, optimizer.LoadState);
        }
    }

    /// <summary>The epoch under way, from 1.</summary>
    public int Epoch { get; set; } = 1;

    /// <summary>The batches of it that are done.</summary>
    public int Batch { get; set; }

    /// <summary>What epochs have come to so far. <c>Fit</c> fills it.</summary>
    public History History { get; internal set; } = new();

    /// <summary>What must be the same when the training goes on, by name, such as the seed: a file with other values is refused.</summary>
    public IDictionary<string, string> Settings => _settings;

    /// <summary>Strings that are saved, for those who look at the file.</summary>
    internal Dictionary<string, string> Notes { get; } = [];

    /// <summary>Saves something else as well: a loss scaler, an average of weights, a plateau, or what is your own.</summary>
    /// <param name="name">Its name, which begins the names of its tensors.</param>
    /// <param name="state">Gives its state, such as <c>average.State</c>.</param>
    /// <param name="load">Goes back to a state, such as <c>average.LoadState</c>. It checks the state before it changes anything.</param>
    /// <exception cref="ArgumentException">The name is empty, taken, or the begin of another one.</exception>
    public void Add(string name, Func<IReadOnlyDictionary<string, Tensor>> state, Action<IReadOnlyDictionary<string, Tensor>> load)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(load);
        AddPart(new CheckpointPart(name, state, load));
    }

    /// <summary>Begins the next epoch.</summary>
    public void NextEpoch()
    {
        Epoch++;
        Batch = 0;
    }

    /// <summary>Writes the file, whole or not at all.</summary>
    /// <param name="path">The file; an old one is replaced when the new one is complete.</param>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="IOException">The file cannot be written; an old one is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the file may not be written.</exception>
    public void Save(string path) => CheckpointFile.Save(path, this);

    /// <summary>Brings everything back: what was given to the constructor and to <see cref="Add"/>, random numbers, epoch, batch and history.</summary>
    /// <param name="path">A file that <see cref="Save"/> or <see cref="ModelCheckpoint"/> wrote.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or no checkpoint. The message says why, and names the newest good one in the
    /// same folder.</exception>
    /// <exception cref="ArgumentException">It is of another network, optimizer, seed or other <see cref="Settings"/>, or lacks something. Nothing
    /// has been changed.</exception>
    public void Load(string path)
    {
        using CheckpointFile file = CheckpointFile.Open(path);
        Take(file);
    }

    /// <summary>The newest checkpoint that is whole, to go on from; null if there is none yet.</summary>
    /// <param name="path">A path as <see cref="ModelCheckpoint"/> takes it: a file, or a name with <c>{epoch}</c> or <c>{step}</c> in it.</param>
    public static string? Latest(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new CheckpointName(path).Files().Select(static file => file.Path).FirstOrDefault(CheckpointFile.IsGood);
    }

    /// <summary>The name, and how far it is.</summary>
    public override string ToString() => $"TrainingCheckpoint of epoch {Epoch}, batch {Batch}: {string.Join(", ", _parts.Select(static part => part.Name))}";

    internal IReadOnlyList<CheckpointPart> Parts => _parts;

    /// <summary>The streams of random numbers that layers of the network have of their own, each once; <see cref="Generator.Default"/> is not among them.</summary>
    public IReadOnlyList<Generator> Generators => [.. _model.All().Select(static module => module.RandomSource).OfType<Generator>()
        .Where(static generator => !ReferenceEquals(generator, Generator.Default)).Distinct()];

    internal void AddPart(CheckpointPart part)
    {
        if (_parts.Find(other => $"{other.Name}.".StartsWith($"{part.Name}.", StringComparison.Ordinal)
            || $"{part.Name}.".StartsWith($"{other.Name}.", StringComparison.Ordinal)) is { } taken)
        {
            throw new ArgumentException($"TrainingCheckpoint: the name '{part.Name}' cannot be told from '{taken.Name}', which is there already.", nameof(part));
        }

        _parts.Add(part);
    }

    /// <summary>Goes back to what a file holds, all of it or nothing.</summary>
    internal void Take(CheckpointFile file)
    {
        file.RequireSettings(_settings);
        Generator[] generators = [.. Generators];
        file.RequireGenerators(generators);
        using TensorScope scope = Tensor.Scope();
        List<(CheckpointPart Part, IReadOnlyDictionary<string, Tensor> State)> loaded = [];
        foreach (CheckpointPart part in _parts)
        {
            if (file.Of(part) is { } state)
            {
                loaded.Add((part, state));
            }
        }

        List<(CheckpointPart Part, Dictionary<string, Tensor> State)> before = [];
        using (new NoGrad())
        {
            try
            {
                foreach ((CheckpointPart part, IReadOnlyDictionary<string, Tensor> state) in loaded)
                {
                    before.Add((part, part.State().ToDictionary(static pair => pair.Key, static pair => pair.Value.Detach().Clone())));
                    part.Load(state);
                }
            }
            catch (Exception error)
            {
                // The last one has changed nothing by itself.
                foreach ((CheckpointPart part, Dictionary<string, Tensor> state) in before.SkipLast(1))
                {
                    part.Load(state);
                }

                throw new ArgumentException($"{file.Path} does not fit what is trained here ({before[^1].Part.Name}): {error.Message}", error);
            }
        }

        file.RestoreGenerators(generators);
        (Epoch, Batch, History) = (file.Epoch, file.Batch, file.History);
    }
}
