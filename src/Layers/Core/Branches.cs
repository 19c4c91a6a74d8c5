namespace DeepSharp.Layers;

/// <summary>Modules side by side, whose outputs are joined: added up, or as a function says.</summary>
/// <remarks>
/// Of one input, each branch gets it: <c>new Branches(new Dense(8, 4), new Dense(8, 4))</c>; of several, each gets its own. The branches are named by
/// their numbers.
/// </remarks>
public class Branches : Module
{
    private readonly Func<IReadOnlyList<Tensor>, Tensor>? _join;
    private readonly Module[] _modules;

    /// <summary>Modules whose outputs are added up.</summary>
    /// <param name="modules">At least one module.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public Branches(params ReadOnlySpan<Module> modules)
        : this(null, modules)
    {
    }

    /// <summary>Modules whose outputs are joined by a function.</summary>
    /// <param name="join">Makes one tensor of the branches' outputs; their sum if null.</param>
    /// <param name="modules">At least one module.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public Branches(Func<IReadOnlyList<Tensor>, Tensor>? join, params ReadOnlySpan<Module> modules)
    {
        _join = join;
        _modules = modules.ToArray();
        if (_modules.Length == 0)
        {
            throw new ArgumentException($"{GetType().Name}: there is no module. Give at least one.", nameof(modules));
        }

        for (int i = 0; i < _modules.Length; i++)
        {
            Add(i.ToString(System.Globalization.CultureInfo.InvariantCulture), _modules[i]);
        }
    }

    /// <summary>Whether the outputs are added up; else a function joins them.</summary>
    public bool AddsUp => _join is null;

    /// <summary>The branches' outputs for one input, joined.</summary>
    /// <param name="input">What each branch gets.</param>
    /// <exception cref="ArgumentException">The outputs do not go together.</exception>
    public sealed override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Join(Array.ConvertAll(_modules, module => module.Output(input)));
    }

    /// <summary>The branches' outputs for an input each, joined.</summary>
    /// <param name="first">What the first branch gets.</param>
    /// <param name="second">What the second one gets.</param>
    /// <param name="others">What the others get.</param>
    /// <exception cref="ArgumentException">There are more or fewer inputs than branches, or the outputs do not go together.</exception>
    public Tensor Forward(Tensor first, Tensor second, params ReadOnlySpan<Tensor> others)
    {
        Tensor[] inputs = [first, second, .. others];
        return inputs.Length == _modules.Length
            ? Join([.. inputs.Select((input, i) => _modules[i].Output(input))])
            : throw new ArgumentException(
                $"{GetType().Name}: {inputs.Length} inputs for {_modules.Length} branches. Give one for all, or one for each.", nameof(others));
    }

    /// <summary>Other modules, joined like these.</summary>
    internal virtual Branches Of(Module[] modules) => new(_join, modules);

    private Tensor Join(Tensor[] outputs)
    {
        if (_join is not null)
        {
            return Given.Required(GetType().Name, "what the function that joins the outputs returned", _join(outputs));
        }

        Tensor sum = outputs[0];
        foreach (Tensor output in outputs.AsSpan(1))
        {
            sum = output.Shape == sum.Shape
                ? sum + output
                : throw new ArgumentException(
                    $"{GetType().Name}: the branches put out {string.Join(" and ", outputs.Select(static output => $"{output.Shape}"))}, which must be one "
                    + "shape to be added up. Change a branch's last layer, or give a function that joins them.");
        }

        return sum;
    }
}
