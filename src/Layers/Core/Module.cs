namespace DeepSharp.Layers;

/// <summary>A part of a network: a function of tensors with parameters, buffers and modules of its own.</summary>
/// <remarks>
/// A module of your own registers what it owns in its constructor, with <see cref="Add(string, Parameter)"/>,
/// <see cref="AddBuffer(string, Tensor)"/> and <see cref="Add{TModule}(string, TModule)"/>, and overrides <see cref="Forward"/>, or has one that takes what it needs. Names join with
/// dots, as PyTorch's do.
/// </remarks>
public abstract class Module
{
    private readonly List<(string Name, Parameter Value)> _parameters = [];
    private readonly List<(string Name, Tensor Value, bool IsOptional)> _buffers = [];
    private readonly List<(string Name, Module Value)> _children = [];
    private bool _isTraining = true;
    private bool _isOwned;

    /// <summary>Whether the module is being trained: dropout drops and batch norm uses the batch's statistics.</summary>
    /// <remarks>Inside <see cref="EvaluationMode"/>, and so in <c>Predict</c> and <c>Evaluate</c>, false for the call that opened it, whatever
    /// other threads do with the module meanwhile.</remarks>
    public bool IsTraining => ModuleModes.Of(this) ?? _isTraining;

    /// <summary>The modules that this one owns, with their names.</summary>
    public IReadOnlyList<(string Name, Module Value)> Children => _children;

    /// <summary>Computes the output.</summary>
    /// <remarks>A module that takes something else, such as two tensors, has a Forward of its own for it instead.</remarks>
    /// <param name="input">The input; its first axis is the batch.</param>
    /// <exception cref="NotSupportedException">The module takes something else.</exception>
    public virtual Tensor Forward(Tensor input) => throw new NotSupportedException(
        $"{GetType().Name}: has no Forward of one tensor. Call the one that it has, or, in a module of your own, override Forward(Tensor).");

    /// <summary>What <see cref="Forward"/> returned, which must be something.</summary>
    internal Tensor Output(Tensor input) => Given.Required(GetType().Name, "what Forward returned", Forward(input));

    /// <summary>The module and all below it to training mode; inside <see cref="EvaluationMode"/>, until that ends.</summary>
    public void Train() => SetTraining(All(), training: true);

    /// <summary>The module and all below it to evaluation mode.</summary>
    /// <remarks>Every thread sees it. What is to evaluate for itself opens an <see cref="EvaluationMode"/>.</remarks>
    public void Eval() => SetTraining(All(), training: false);

    /// <summary>The parameters of the module and all below it, in the order in which they were registered.</summary>
    public IEnumerable<Parameter> Parameters() => NamedParameters().Select(static named => named.Value);

    /// <summary>The parameters of the module and all below it with their names, such as <c>0.weight</c>.</summary>
    /// <remarks>A parameter that several modules share, or that a module used in several places has, comes once, under its first
    /// name.</remarks>
    public IEnumerable<(string Name, Parameter Value)> NamedParameters() =>
        AllParameters().DistinctBy(static named => (object)named.Value, ReferenceEqualityComparer.Instance);

    /// <summary>The buffers, state that is not trained, of the module and all below it with their names, each once.</summary>
    public IEnumerable<(string Name, Tensor Value)> NamedBuffers() =>
        AllBuffers().Select(static named => (named.Name, named.Value)).DistinctBy(static named => (object)named.Value, ReferenceEqualityComparer.Instance);

    /// <summary>Parameters and buffers by name: what is saved. The tensors are the module's own, not copies.</summary>
    /// <remarks>What is shared stands under each of its names, as in PyTorch.</remarks>
    public IReadOnlyDictionary<string, Tensor> State()
    {
        Dictionary<string, Tensor> state = [];
        foreach ((string name, Parameter value) in AllParameters())
        {
            state.Add(name, value);
        }

        foreach ((string name, Tensor value, _) in AllBuffers())
        {
            state.Add(name, value);
        }

        return state;
    }

    /// <summary>Overwrites parameters and buffers with saved values, which are converted to their type and device.</summary>
    /// <param name="state">Values by name.</param>
    /// <param name="strict">Whether the names must be exactly those of <see cref="State"/>. If false, what is missing keeps its
    /// values and what is unknown is left aside. A count of batches that decides nothing (see <see cref="BatchNorm"/>) may be missing in any
    /// case, as in PyTorch.</param>
    /// <exception cref="ArgumentException">A name is missing or unknown, a value is null or freed, or a shape differs; nothing has been
    /// changed.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state, bool strict = true)
    {
        ArgumentNullException.ThrowIfNull(state);
        IReadOnlyDictionary<string, Tensor> own = State();
        HashSet<string> optional = [.. AllBuffers().Where(static named => named.IsOptional).Select(static named => named.Name)];
        string[] missing = strict ? [.. own.Keys.Where(name => !state.ContainsKey(name) && !optional.Contains(name))] : [];
        string[] unknown = strict ? [.. state.Keys.Where(name => !own.ContainsKey(name))] : [];
        List<string> different = [];
        List<(Tensor To, Tensor From)> values = [];
        foreach ((string name, Tensor value) in own)
        {
            if (state.TryGetValue(name, out Tensor? saved))
            {
                values.Add((value, saved));
                if (SavedState.Fault(name, value.Shape, saved) is { } fault)
                {
                    different.Add(fault);
                }
            }
        }

        if (missing.Length + unknown.Length + different.Count > 0)
        {
            throw new ArgumentException(
                $"LoadState: the state is of another model. Missing: {List(missing)}. Unknown: {List(unknown)}. Unfit: "
                + $"{List([.. different])}.{(different.Count == 0 ? " Names that differ are left aside with strict: false." : string.Empty)}",
                nameof(state));
        }

        SavedState.Copy(values);

        static string List(string[] names) => names.Length == 0 ? "none" : string.Join(", ", names.Take(10)) + (names.Length > 10 ? ", …" : string.Empty);
    }

    /// <summary>A table of the modules with their parameters and, given the shape of an input, the shapes they put out.</summary>
    /// <param name="input">The shape of an input, its batch axis included; null leaves the column out.</param>
    /// <param name="dtype">The element type of the input; that of the first parameter if null. A network that begins with an
    /// <see cref="Embedding"/> takes <see cref="DType.Int64"/>.</param>
    public string Summary(Shape? input = null, DType? dtype = null) => ModuleSummary.Of(this, input, dtype);

    /// <summary>The module's kind and options; below it, a line for each module that it owns, with its parameters.</summary>
    public override string ToString() => ModuleSummary.Lines(this, GetType().Name);

    /// <summary>The stream that the module itself draws random numbers from, if it has one of its own: a training that is saved notes how far it
    /// has been used. Null for none, or for <see cref="Generator.Default"/>, which is always noted.</summary>
    protected internal virtual Generator? RandomSource => null;

    /// <summary>Registers a parameter.</summary>
    /// <returns>The parameter.</returns>
    /// <exception cref="ArgumentException">The name is taken, empty, or has a dot.</exception>
    protected Parameter Add(string name, Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        Check(name);
        _parameters.Add((name, parameter));
        return parameter;
    }

    /// <summary>Registers a buffer: state that is saved but not trained.</summary>
    /// <returns>The buffer, moved out of all scopes.</returns>
    /// <exception cref="ArgumentException">The name is taken, empty, or has a dot.</exception>
    protected Tensor AddBuffer(string name, Tensor buffer) => AddBuffer(name, buffer, isOptional: false);

    /// <summary>Registers a buffer that a saved state may lack.</summary>
    private protected Tensor AddBuffer(string name, Tensor buffer, bool isOptional)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        Check(name);
        _buffers.Add((name, buffer.KeepForever(), isOptional));
        return buffer;
    }

    /// <summary>Registers a module.</summary>
    /// <returns>The module.</returns>
    /// <exception cref="ArgumentException">The name is taken, empty, or has a dot, or the module is this one or contains it.</exception>
    protected TModule Add<TModule>(string name, TModule module)
        where TModule : Module
    {
        ArgumentNullException.ThrowIfNull(module);
        Check(name);

        // Only what somebody owns already can be contained in something.
        if (ReferenceEquals(module, this) || (_isOwned && module.All().Contains(this)))
        {
            throw new ArgumentException(
                $"{GetType().Name}: '{name}' is {(ReferenceEquals(module, this) ? "the module itself" : $"a {module.GetType().Name} that contains this module")}, "
                + "and a module that contains itself has no end. Keep what leads back in a field, without registering it.",
                nameof(module));
        }

        module._isOwned = true;
        _children.Add((name, module));
        return module;
    }

    private IEnumerable<(string Name, Parameter Value)> AllParameters() =>
        _parameters.Concat(_children.SelectMany(static child =>
            child.Value.AllParameters().Select(named => ($"{child.Name}.{named.Name}", named.Value))));

    private IEnumerable<(string Name, Tensor Value, bool IsOptional)> AllBuffers() =>
        _buffers.Concat(_children.SelectMany(static child =>
            child.Value.AllBuffers().Select(named => ($"{child.Name}.{named.Name}", named.Value, named.IsOptional))));

    private void Check(string name)
    {
        bool taken = _parameters.Exists(p => p.Name == name) || _buffers.Exists(b => b.Name == name) || _children.Exists(c => c.Name == name);
        if (taken || string.IsNullOrEmpty(name) || name.Contains('.', StringComparison.Ordinal))
        {
            throw new ArgumentException($"{GetType().Name}: the name '{name}' is {(taken ? "taken" : "empty or has a dot")}.", nameof(name));
        }
    }

    /// <summary>The module and all below it, each once.</summary>
    internal IReadOnlyCollection<Module> All()
    {
        HashSet<Module> all = [this];
        Stack<Module> open = new(all);
        while (open.TryPop(out Module? module))
        {
            foreach ((string _, Module child) in module._children)
            {
                if (all.Add(child))
                {
                    open.Push(child);
                }
            }
        }

        return all;
    }

    /// <summary>Sets the modes of single modules.</summary>
    internal static void SetTraining(IEnumerable<Module> modules, bool training)
    {
        foreach (Module module in ModuleModes.Change(modules, training))
        {
            module._isTraining = training;
        }
    }
}
