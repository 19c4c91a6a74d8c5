namespace DeepSharp.Layers;

/// <summary>A network in evaluation mode for a while: <c>using EvaluationMode mode = new(model);</c></summary>
/// <remarks>
/// <para>The mode belongs to the code inside, and to the tasks and threads that it starts: others that use the network meanwhile, to train it or
/// to predict as well, see nothing of it. At the end each module is in the mode that it has by itself, so that parts set to evaluation
/// mode by hand, such as frozen batch normalisations, stay in it.</para>
/// <para><see cref="Module.Train"/> and <see cref="Module.Eval"/> inside change the mode until the end: <c>model[3].Train()</c> lets one
/// dropout layer drop.</para>
/// </remarks>
public readonly ref struct EvaluationMode
{
    private readonly ModuleModes? _modes;

    /// <summary>Sets the module and all below it to evaluation mode.</summary>
    /// <param name="model">The module.</param>
    public EvaluationMode(Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _modes = ModuleModes.Begin(model, training: false);
    }

    /// <summary>Gives the modules their own modes back.</summary>
    public void Dispose() => _modes?.Dispose();
}
