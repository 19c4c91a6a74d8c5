namespace DeepSharp.Layers;

/// <summary>A network in evaluation mode for a while: <c>using EvaluationMode mode = new(model);</c></summary>
/// <remarks>At the end each module goes back to the mode it was in by itself, so that parts set to evaluation mode by hand, such as
/// frozen batch normalisations, stay in it.</remarks>
public readonly ref struct EvaluationMode
{
    private readonly List<Module> _training = [];

    /// <summary>Sets the module and all below it to evaluation mode.</summary>
    /// <param name="model">The module.</param>
    public EvaluationMode(Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Collect(model);
        model.Eval();
    }

    /// <summary>Sets the modules back that were in training mode.</summary>
    public void Dispose()
    {
        foreach (Module module in _training)
        {
            module.IsTraining = true;
        }
    }

    private void Collect(Module module)
    {
        if (module.IsTraining)
        {
            _training.Add(module);
        }

        foreach ((string _, Module child) in module.Children)
        {
            Collect(child);
        }
    }
}
